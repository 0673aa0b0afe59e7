#include "sweep/baseline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/util.h"
#include "sweep/site.h"
#include "sweep/yaml.h"

/* YAML holds no other texts. */
static int set_text(char **slot, const char *text)
{
	*slot = text && *text ? utf8_replace_invalid(text) : NULL;
	return text && *text && !*slot ? -ENOMEM : 0;
}

static int identify(const char *of, const struct sweep *sweep, const struct bug *bug,
		    struct known *ret_known)
{
	const struct call_site *site = &sweep->record.sites[bug->site];
	bool same = text_is_same(site->label, bug->process);
	struct known known = {.kind = bug->kind, .silent = bug->silent, .on = site->kind};
	cleanup_free char *at = site_at(site);

	if (!at || set_text(&known.of, of) || set_text(&known.process, bug->process) ||
	    set_text(&known.caller, same ? NULL : site->label) ||
	    set_text(&known.call, site->call) ||
	    set_text(&known.fault, vocab_name(&fault_family_vocab, (int)bug->family)) ||
	    set_text(&known.at, at)) {
		known_release(&known);
		return -ENOMEM;
	}
	*ret_known = known;
	return 0;
}

static int find_known(const struct baseline *baseline, const char *of, const struct sweep *sweep,
		      struct bug *bug, bool *taken)
{
	struct known known;
	int rc = identify(of, sweep, bug, &known);

	for (size_t i = 0; i < baseline->count && !rc; i++) {
		if (taken[i] || !known_is_same(&baseline->items[i], &known))
			continue;
		taken[i] = true;
		bug->known = &baseline->items[i];
		break;
	}
	if (!rc)
		known_release(&known);
	return rc;
}

static bool is_at(const struct known *known, const struct call_site *site)
{
	cleanup_free char *at = site_at(site), *clean = at ? utf8_replace_invalid(at) : NULL;
	const char *caller = known->caller ? known->caller : known->process;

	return text_is_same(known->call, site->call) && known->on == site->kind &&
	       text_is_same(caller, site->label) && clean &&
	       strcmp(known->at ? known->at : "", clean) == 0;
}

static bool is_unsure(const struct attempt *attempt)
{
	return attempt->doubted || attempt->state == ATTEMPT_WAITS ||
	       attempt->state == ATTEMPT_ERROR || attempt->state == ATTEMPT_LEFT_OUT ||
	       attempt->state == ATTEMPT_ELSEWHERE;
}

/* Only one of several parts tells of a place that is not there any more. */
static bool is_ours(const struct known *known, const struct sweep *sweep)
{
	uint64_t key;

	return !sweep->options ||
	       (share_key_of_known(known, &key) == 0 && part_has(&sweep->options->part, key));
}

/* Of a known one that was not found. */
static enum known_state state_of(const struct known *known, const struct sweep *sweep)
{
	size_t site = SIZE_MAX;

	if (!is_ours(known, sweep))
		return KNOWN_UNSURE;

	for (size_t i = 0; i < sweep->plan.count; i++) {
		const struct attempt *attempt = sweep->plan.attempts[i];

		if (!is_unsure(attempt) ||
		    strcmp(known->fault, vocab_name(&fault_family_vocab, (int)attempt->family)) !=
			    0)
			continue;
		/* The attempts of one site often stand together. */
		if (attempt->site != site && is_at(known, &sweep->record.sites[attempt->site]))
			return KNOWN_UNSURE;
		site = attempt->site;
	}
	return KNOWN_MENDED;
}

int baseline_compare(const struct baseline *baseline, const char *of, struct sweep *sweep,
		     enum known_state *states)
{
	cleanup_free bool *taken = mem_zalloc(baseline->count + 1);
	int rc = taken ? 0 : -ENOMEM;

	for (size_t i = 0; i < sweep->bugs.count && !rc; i++)
		rc = find_known(baseline, of, sweep, &sweep->bugs.items[i], taken);
	for (size_t i = 0; i < baseline->count && !rc; i++) {
		enum known_state state;

		if (!text_is_same(baseline->items[i].of, of))
			continue;
		state = taken[i] ? KNOWN_FOUND : state_of(&baseline->items[i], sweep);
		states[i] = state > states[i] ? state : states[i];
	}
	return rc;
}

int baseline_add(struct baseline *baseline, const char *of, const struct sweep *sweep,
		 const struct bug *bug)
{
	struct known known, *slot;
	int rc = identify(of, sweep, bug, &known);

	if (rc)
		return rc;
	slot = mem_append(&baseline->items, &baseline->count, sizeof(*slot));
	if (slot)
		*slot = known;
	else
		known_release(&known);
	return slot ? 0 : -ENOMEM;
}

char *known_text(const struct known *known)
{
	return mem_printf("%s: %s%s%s%s after %s at %s%s%s%s%s", known->of,
			  vocab_name(&finding_vocab, (int)known->kind),
			  known->silent ? " (silent)" : "", known->process ? " in " : "",
			  known->process ? known->process : "", known->fault,
			  known->caller ? known->caller : "", known->caller ? ": " : "",
			  known->call, known->at ? " < " : "", known->at ? known->at : "");
}

char *bug_text(const char *of, const struct sweep *sweep, const struct bug *bug)
{
	struct known known;
	char *text;

	if (identify(of, sweep, bug, &known))
		return NULL;
	text = known_text(&known);
	known_release(&known);
	return text;
}

static int compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int compare(const void *left, const void *right)
{
	const struct known *a = left, *b = right;
	int order = compare_texts(a->of, b->of);

	order = order ? order : compare_texts(a->caller, b->caller);
	order = order ? order : compare_texts(a->process, b->process);
	order = order ? order : compare_texts(a->at, b->at);
	order = order ? order : compare_texts(a->call, b->call);
	order = order ? order : (int)a->on - (int)b->on;
	order = order ? order : compare_texts(a->fault, b->fault);
	order = order ? order : (int)a->kind - (int)b->kind;
	order = order ? order : (int)a->silent - (int)b->silent;
	return order ? order : compare_texts(a->reason, b->reason);
}

static void write_text(FILE *to, const char *key, const char *text)
{
	if (!text)
		return;
	fprintf(to, "  %s: ", key);
	yaml_write_quoted(to, text);
	putc('\n', to);
}

static void write_known(FILE *to, const struct known *known)
{
	fputs("- of: ", to);
	yaml_write_quoted(to, known->of);
	fprintf(to, "\n  finding: %s\n", vocab_name(&finding_vocab, (int)known->kind));
	if (known->silent)
		fputs("  silent: true\n", to);
	write_text(to, "process", known->process);
	write_text(to, "caller", known->caller);
	fprintf(to, "  call: %s\n", known->call);
	if (known->on != FD_KIND_NONE)
		fprintf(to, "  on: %s\n", vocab_name(&fd_kind_vocab, (int)known->on));
	fprintf(to, "  fault: %s\n", known->fault);
	write_text(to, "at", known->at);
	if (known->judged)
		fprintf(to, "  genuine: %s\n", known->genuine ? "true" : "false");
	write_text(to, "reason", known->reason);
}

int baseline_write(struct baseline *baseline, FILE *to)
{
	if (baseline->count)
		qsort(baseline->items, baseline->count, sizeof(*baseline->items), compare);
	fputs("# Known findings of `ipcfault sweep --baseline`.  `genuine: true` or `false` and\n"
	      "# `reason: text` are yours to add; the rest is written by --update-baseline, which\n"
	      "# keeps these two and no comments.\n",
	      to);
	for (size_t i = 0; i < baseline->count; i++)
		write_known(to, &baseline->items[i]);
	if (!baseline->count)
		fputs("[]\n", to);
	return ferror(to) ? -EIO : 0;
}
