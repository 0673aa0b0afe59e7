/* write_expect.c - what a scenario demands, and the schedule that it takes. */
#include <errno.h>
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "base/vocab.h"
#include "sweep/write_private.h"
#include "sys/names.h"

void writer_match(struct writer *w, const struct match *match)
{
	cleanup_free char *pattern = NULL;

	switch (match->kind) {
	case MATCH_REGEX:
		pattern = mem_printf("/%s/", match->text);
		if (pattern)
			writer_quoted(w, pattern);
		else
			w->rc = -ENOMEM;
		break;
	case MATCH_EQUALS:
		fputs("{equals: ", w->to);
		writer_quoted(w, match->text);
		putc('}', w->to);
		break;
	case MATCH_FILE:
		fputs("{file: ", w->to);
		writer_text(w, match->text);
		putc('}', w->to);
		break;
	case MATCH_FAULT_FREE:
		fputs("{same-as: fault-free}", w->to);
		break;
	default:
		writer_quoted(w, match->text ? match->text : "");
		break;
	}
}

static void write_statuses(struct writer *w, const struct process_expect *p)
{
	for (size_t i = 0; i < p->status_count; i++)
		fprintf(w->to, "%s%d", i ? ", " : "exit: [", p->statuses[i]);
	putc(']', w->to);
}

static void write_end(struct writer *w, const struct process_expect *p)
{
	switch (p->exit) {
	case EXIT_ALIVE:
		fputs("alive: true", w->to);
		break;
	case EXIT_ANY:
		fputs("exit: any", w->to);
		break;
	case EXIT_KILLED:
		fprintf(w->to, "killed: %s", signal_name(p->signal));
		break;
	case EXIT_STATUS:
		write_statuses(w, p);
		break;
	case EXIT_DEFAULT:
		break;
	}
}

static void write_output(struct writer *w, const char *key, const struct match *match, bool *has)
{
	if (match->kind == MATCH_NONE)
		return;
	fprintf(w->to, "%s%s: ", *has ? ", " : "", key);
	writer_match(w, match);
	*has = true;
}

static void write_process_expect(struct writer *w, size_t process)
{
	const struct process_expect *p = &w->s->expect.processes[process];
	bool has = p->exit != EXIT_DEFAULT;

	if (!has && p->out.kind == MATCH_NONE && p->err.kind == MATCH_NONE)
		return;
	fputs("  ", w->to);
	writer_quoted(w, w->s->processes[process].name);
	fputs(": {", w->to);
	write_end(w, p);
	write_output(w, "stdout", &p->out, &has);
	write_output(w, "stderr", &p->err, &has);
	fputs("}\n", w->to);
}

static void write_files(struct writer *w, const struct expect_spec *expect)
{
	fputs(expect->file_count ? "  files:\n" : "", w->to);
	for (size_t i = 0; i < expect->file_count; i++) {
		fputs("    ", w->to);
		writer_text(w, expect->files[i].path);
		fputs(": ", w->to);
		if (expect->files[i].absent)
			fputs("absent", w->to);
		else
			writer_match(w, &expect->files[i].content);
		putc('\n', w->to);
	}
}

/* "  key: [race, hang]" */
static void write_findings(struct writer *w, const char *key, const bool kinds[FINDING_MAX_])
{
	bool has = false;

	for (int kind = 0; kind < FINDING_MAX_; kind++) {
		if (!kinds[kind])
			continue;
		if (!has)
			fprintf(w->to, "  %s: [", key);
		fprintf(w->to, "%s%s", has ? ", " : "", vocab_name(&finding_vocab, kind));
		has = true;
	}
	fputs(has ? "]\n" : "", w->to);
}

static void write_duration(struct writer *w, const char *key, uint64_t ns)
{
	if (ns)
		fprintf(w->to, "  %s: %" PRIu64 "us\n", key, ns / NS_PER_US);
}

static void write_whole(struct writer *w, const struct expect_spec *expect)
{
	write_duration(w, "within", expect->within_ns);
	if (expect->same_output)
		fputs("  same-output: true\n", w->to);
	if (expect->same_at_every_level)
		fputs("  same-at-every-level: true\n", w->to);
	write_files(w, expect);
	if (expect->no_objects)
		fputs("  objects: none\n", w->to);
	if (expect->check.count)
		writer_list(w, "  check", &expect->check);
	write_duration(w, "recovers", expect->recovers_ns);
	write_findings(w, "allow", expect->allow);
}

static void write_demands(struct writer *w)
{
	const struct expect_spec *expect = &w->s->expect;

	if (expect->survives)
		fprintf(w->to, "  survives: %s\n",
			vocab_name(&survival_vocab, (int)expect->survives));
	for (size_t i = 0; i < w->s->process_count; i++)
		write_process_expect(w, i);
	write_whole(w, expect);
}

/* Where nothing is demanded, there is no such key. */
void writer_expect(struct writer *w)
{
	cleanup_free char *text = NULL;
	size_t size;
	FILE *whole = w->to;

	w->to = open_memstream(&text, &size);
	if (w->to) {
		write_demands(w);
		if (fclose(w->to))
			w->rc = -ENOMEM;
	} else {
		w->rc = -ENOMEM;
	}
	w->to = whole;
	if (text && *text)
		fprintf(w->to, "expect:\n%s", text);
}

void writer_schedule(struct writer *w)
{
	const struct schedule_spec *schedule = &w->s->schedule;

	if (!schedule->turns)
		return;
	fprintf(w->to, "schedule:\n  turns: \"%s\"\n", schedule->turns);
	write_findings(w, "shows", schedule->shows);
	fputs(schedule->code_count ? "  code:\n" : "", w->to);
	for (size_t i = 0; i < schedule->code_count; i++) {
		fputs("    ", w->to);
		writer_quoted(w, schedule->code[i].name);
		fprintf(w->to, ": \"%s\"\n", schedule->code[i].value);
	}
}
