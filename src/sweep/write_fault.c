/* write_fault.c - the faults of a scenario: when each fires, and what happens then. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "base/vocab.h"
#include "sweep/write_private.h"
#include "sys/names.h"
#include "sys/syscalls.h"

#define WORD_CALLS_MAX 16 /* calls that one name means */

static void write_selector(struct writer *w, const struct selector *selector)
{
	fprintf(w->to, "\"%s", w->s->processes[selector->process].name);
	if (selector->part == SELECT_MAIN)
		fputs("/main", w->to);
	else if (selector->part == SELECT_CHILD)
		fprintf(w->to, "/child[%u]", selector->child);
	putc('"', w->to);
}

static void write_duration(struct writer *w, uint64_t ns)
{
	if (ns % NS_PER_MS)
		fprintf(w->to, "%" PRIu64 "us", ns / NS_PER_US);
	else
		fprintf(w->to, "%" PRIu64 "ms", ns / NS_PER_MS);
}

/* Which calls: families, and words that mean so many */

static bool is_among(int id, const int *ids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* How many calls that word means, if all of them are named and @id is one; else 0. */
static size_t calls_meant(const struct trigger_spec *at, const char *word, int id)
{
	int ids[WORD_CALLS_MAX];
	size_t count =
		call_family_from_name(word) ? 0 : syscall_ids_from_word(word, ids, ARRAY_SIZE(ids));

	if (count > ARRAY_SIZE(ids) || !is_among(id, ids, count))
		return 0;
	for (size_t i = 0; i < count; i++)
		if (!is_among(ids[i], at->named, at->named_count))
			return 0;
	return count;
}

/* The word for @id that means most of those that are named. */
static const char *word_of(const struct trigger_spec *at, int id)
{
	size_t count, most = 0;
	const char *const *words = syscall_words(&count);
	const char *best = syscall_get(id)->name;

	for (size_t i = 0; i < count; i++) {
		size_t meant = calls_meant(at, words[i], id);

		if (meant > most) {
			most = meant;
			best = words[i];
		}
	}
	return best;
}

/* Whether an earlier one of the named calls is told by the same word. */
static bool is_told(const struct trigger_spec *at, size_t named, const char *word)
{
	for (size_t i = 0; i < named; i++)
		if (word_of(at, at->named[i]) == word)
			return true;
	return false;
}

static size_t write_words(FILE *to, const struct trigger_spec *at)
{
	size_t written = 0;

	for (unsigned bit = 1; call_family_name(bit); bit <<= 1)
		if (at->families & bit)
			fprintf(to, "%s%s", written++ ? ", " : "", call_family_name(bit));
	for (size_t i = 0; i < at->named_count; i++) {
		const char *word = word_of(at, at->named[i]);

		if (!is_told(at, i, word))
			fprintf(to, "%s%s", written++ ? ", " : "", word);
	}
	return written;
}

static void write_calls(struct writer *w, const struct trigger_spec *at)
{
	cleanup_free char *words = NULL;
	size_t size, count;
	FILE *to = open_memstream(&words, &size);

	if (!to) {
		w->rc = -ENOMEM;
		return;
	}
	count = write_words(to, at);
	if (fclose(to))
		w->rc = -ENOMEM;
	else
		fprintf(w->to, count == 1 ? "call: %s" : "call: [%s]", words);
}

/* When it fires */

static void write_trigger(struct writer *w, const struct trigger_spec *at)
{
	switch (at->kind) {
	case TRIGGER_CALL:
		write_calls(w, at);
		break;
	case TRIGGER_FUNCTION:
		fputs("function: ", w->to);
		writer_quoted(w, at->function);
		break;
	case TRIGGER_LOCK:
		fputs("lock: held", w->to);
		if (at->steps)
			fprintf(w->to, ", steps: %" PRIu64, at->steps);
		break;
	case TRIGGER_ACCESS:
		fputs("access: ", w->to);
		writer_quoted(w, w->s->channels[at->channel].name);
		break;
	case TRIGGER_OUTPUT:
		fputs("output: ", w->to);
		writer_match(w, &at->output);
		break;
	case TRIGGER_ELAPSED:
		fputs("elapsed: ", w->to);
		write_duration(w, at->elapsed_ns);
		break;
	case TRIGGER_STARTED:
		fputs("started: true", w->to);
		break;
	case TRIGGER_AFTER:
		fputs("after: ", w->to);
		writer_quoted(w, w->s->faults[at->after].name);
		break;
	default:
		w->rc = -ENOTSUP;
		break;
	}
}

static void write_on(struct writer *w, const struct on_spec *on)
{
	switch (on->kind) {
	case ON_CHANNEL:
		fputs(", on: ", w->to);
		writer_quoted(w, w->s->channels[on->channel].name);
		break;
	case ON_FD_KIND:
		fprintf(w->to, ", on: %s", vocab_name(&fd_kind_vocab, (int)on->fd_kind));
		break;
	case ON_FD:
		fprintf(w->to, ", on: {fd: %d}", on->fd);
		break;
	case ON_PATH:
		fputs(", on: ", w->to);
		writer_text(w, on->glob);
		break;
	case ON_ANY:
		break;
	}
}

static void write_filters(struct writer *w, const struct trigger_spec *at)
{
	write_on(w, &at->on);
	if (at->site) {
		fputs(", site: ", w->to);
		writer_quoted(w, at->site);
	}
	if (at->thread)
		fprintf(w->to, ", thread: %d", at->thread);
	if (at->thread_name) {
		fputs(", thread: ", w->to);
		writer_quoted(w, at->thread_name);
	}
	if (at->phase != PHASE_ENTRY)
		fprintf(w->to, ", phase: %s", vocab_name(&phase_vocab, (int)at->phase));
}

static void write_list(struct writer *w, const struct count_spec *count)
{
	if (count->list_count == 1) {
		fprintf(w->to, ", nth: %" PRIu64, count->list[0]);
		return;
	}
	for (size_t i = 0; i < count->list_count; i++)
		fprintf(w->to, "%s%" PRIu64, i ? ", " : ", nth: [", count->list[i]);
	putc(']', w->to);
}

/* Moments that come once are not counted. */
static bool is_counted(enum trigger_kind kind)
{
	return kind != TRIGGER_OUTPUT && kind != TRIGGER_ELAPSED && kind != TRIGGER_STARTED &&
	       kind != TRIGGER_AFTER;
}

static void write_count(struct writer *w, const struct trigger_spec *at)
{
	const struct count_spec *count = &at->count;

	if (!is_counted(at->kind))
		return;
	switch (count->kind) {
	case COUNT_LIST:
		write_list(w, count);
		break;
	case COUNT_RANGE:
		fprintf(w->to, ", nth: \"%" PRIu64 "..", count->first);
		if (count->last < UINT64_MAX)
			fprintf(w->to, "%" PRIu64, count->last);
		putc('"', w->to);
		break;
	case COUNT_EVERY:
		fprintf(w->to, ", every: %" PRIu64, count->every);
		break;
	case COUNT_CHANCE:
		fprintf(w->to, ", chance: %.17g", count->chance);
		break;
	}
}

static void write_at(struct writer *w, const struct trigger_spec *at)
{
	fputs("    at: {", w->to);
	if (at->process.process != INDEX_NONE) {
		fputs("process: ", w->to);
		write_selector(w, &at->process);
		fputs(", ", w->to);
	}
	write_trigger(w, at);
	write_filters(w, at);
	write_count(w, at);
	fputs("}\n", w->to);
}

/* What happens */

static const char *end_name(int how)
{
	return how == SHUT_RD ? "read" : how == SHUT_WR ? "write" : "both";
}

static void write_signal(struct writer *w, const struct fault_spec *fault)
{
	const struct action_spec *action = &fault->action;

	fputs(signal_name(action->signal), w->to);
	/* Of another process the moment of this call says nothing; no later phase has `pending`. */
	if (action->when != WHEN_PENDING && action->of_process.process == INDEX_NONE)
		fprintf(w->to, ", when: %s", vocab_name(&when_vocab, (int)action->when));
	if (action->nested)
		fputs(", nested: true", w->to);
	if (action->burst > 1)
		fprintf(w->to, ", burst: %u", action->burst);
}

/* The value of the action's own key. */
static void write_value(struct writer *w, const struct fault_spec *fault)
{
	const struct action_spec *action = &fault->action;

	switch (action->kind) {
	case ACTION_ERRNO:
	case ACTION_ERRNO_AFTER:
		fputs(errno_name(action->error), w->to);
		break;
	case ACTION_RETURN:
		fprintf(w->to, "%" PRId64, action->value);
		break;
	case ACTION_SHORT:
		if (action->cut == SHORT_HALF)
			fputs("half", w->to);
		else
			fprintf(w->to, "%" PRIu64, action->bytes);
		break;
	case ACTION_SIGNAL:
		write_signal(w, fault);
		break;
	case ACTION_KILL:
		fputs(signal_name(action->signal), w->to);
		break;
	case ACTION_PULSE:
		fprintf(w->to, "%" PRIu64 "us", action->time_ns / NS_PER_US);
		break;
	case ACTION_STOP:
	case ACTION_DELAY:
		if (action->time_ns == STOP_FOREVER)
			fputs("forever", w->to);
		else
			write_duration(w, action->time_ns);
		break;
	case ACTION_CLOSE_PEER:
		fputs("all", w->to);
		break;
	case ACTION_SHUTDOWN:
		fputs(end_name(action->shutdown_how), w->to);
		break;
	case ACTION_CAPACITY:
	case ACTION_TRUNCATE:
	case ACTION_TRUNCATE_MESSAGE:
	case ACTION_TEAR:
		fprintf(w->to, "%" PRIu64, action->bytes);
		break;
	case ACTION_CORRUPT:
		fprintf(w->to, "{bits: %" PRIu64 "}", action->bytes);
		break;
	case ACTION_LIMIT:
		fprintf(w->to, "{%s: %" PRIu64 "}",
			vocab_name(&limit_vocab, (int)action->limit.kind), action->limit.value);
		break;
	case ACTION_NONBLOCK:
		fputs(action->on ? "true" : "false", w->to);
		break;
	default: /* it is enough to name it */
		fputs("true", w->to);
		break;
	}
}

static void write_do(struct writer *w, const struct fault_spec *fault)
{
	const struct action_spec *action = &fault->action;

	fprintf(w->to, "    do: {%s: ", vocab_name(&action_vocab, (int)action->kind));
	write_value(w, fault);
	if (action->of_channel != INDEX_NONE) {
		fputs(", of: ", w->to);
		writer_quoted(w, w->s->channels[action->of_channel].name);
	}
	if (action->of_process.process != INDEX_NONE) {
		fputs(", of: ", w->to);
		write_selector(w, &action->of_process);
	}
	fputs("}\n", w->to);
}

void writer_faults(struct writer *w)
{
	if (!w->s->fault_count)
		return;
	fputs("faults:\n", w->to);
	for (size_t i = 0; i < w->s->fault_count; i++) {
		const struct fault_spec *fault = &w->s->faults[i];

		fputs("  - name: ", w->to);
		writer_quoted(w, fault->name);
		putc('\n', w->to);
		write_at(w, &fault->at);
		write_do(w, fault);
	}
}
