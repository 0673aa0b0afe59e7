/*
 * ipcfault list coverage: which fault is shown on which mechanism, counted in
 * scenario files.
 */
#include "cli/coverage.h"

#include <errno.h>
#include <string.h>

#include <jansson.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/util.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/harness_dir.h"
#include "sys/kernel_model.h"

/* Scenarios; a scenario with a matrix is one. */
struct cell {
	unsigned sound, caught;
};

struct coverage {
	struct cell cells[ACTION_MAX_][MECHANISM_MAX_];
};

/* A combination of a matrix: each cell counts once for all of them, as in @seen. */
static void count_scenario(struct coverage *coverage, struct coverage *seen,
			   const struct scenario *s)
{
	for (size_t i = 0; i < s->fault_count; i++) {
		enum action_kind kind = s->faults[i].action.kind;
		struct cell *cell = &coverage->cells[kind][s->mechanism];
		struct cell *before = &seen->cells[kind][s->mechanism];

		if (before->sound)
			continue;
		before->sound = 1;
		cell->sound++;
		cell->caught += s->control.present;
	}
}

/* The combinations of a matrix follow each other, and have the place of their document. */
static void count_file(struct coverage *coverage, const struct scenario_file *file)
{
	struct coverage seen;

	for (size_t i = 0; i < file->count; i++) {
		if (i == 0 || file->scenarios[i]->pos.line != file->scenarios[i - 1]->pos.line)
			seen = (struct coverage){0};
		count_scenario(coverage, &seen, file->scenarios[i]);
	}
}

static bool is_there(const struct vocab *vocab, int value)
{
	return !vocab->rows[value].later;
}

/* "3": all with a control; "3/1"; "" is a gap, "–" is none. */
static void cell_text(const struct coverage *coverage, int action, int mechanism, char *text,
		      size_t size)
{
	const struct cell *cell = &coverage->cells[action][mechanism];
	const char *reason;

	if (cell->sound && cell->sound == cell->caught)
		snprintf(text, size, "%u", cell->sound);
	else if (cell->sound)
		snprintf(text, size, "%u/%u", cell->sound, cell->caught);
	else
		snprintf(text, size, "%s",
			 kernel_allows_fault((enum mechanism)mechanism, (enum action_kind)action,
					     &reason)
				 ? ""
				 : "–");
}

static void print_row(FILE *out, const struct coverage *coverage, int action, const int *mechanisms,
		      size_t count)
{
	char texts[MECHANISM_MAX_][16];
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		cell_text(coverage, action, mechanisms[i], texts[i], sizeof(texts[i]));
		any = any || strcmp(texts[i], "–") != 0;
	}
	if (!any)
		return;
	fprintf(out, "| `%s` |", vocab_name(&action_vocab, action));
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s%s |", *texts[i] ? " " : "", texts[i]);
	putc('\n', out);
}

static void print_table(FILE *out, const struct coverage *coverage, const int *mechanisms,
			size_t count)
{
	fputs("| |", out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, " %s |", vocab_name(&mechanism_vocab, mechanisms[i]));
	fputs("\n|---|", out);
	for (size_t i = 0; i < count; i++)
		fputs("---|", out);
	putc('\n', out);
	for (int action = 0; action < ACTION_MAX_; action++)
		if (is_there(&action_vocab, action))
			print_row(out, coverage, action, mechanisms, count);
}

/* Half of the mechanisms each, so that a table is as wide as a page. */
static void print_tables(FILE *out, const struct coverage *coverage)
{
	static const int halves[][MECHANISM_MAX_] = {
		{MECHANISM_SIGNAL, MECHANISM_PROCESS, MECHANISM_PIPE, MECHANISM_FIFO,
		 MECHANISM_UNIX_STREAM, MECHANISM_UNIX_DGRAM, MECHANISM_UNIX_SEQPACKET,
		 MECHANISM_FD_PASSING, MECHANISM_TCP, MECHANISM_UDP},
		{MECHANISM_MQ_POSIX, MECHANISM_MSG_SYSV, MECHANISM_SHM_POSIX, MECHANISM_SHM_SYSV,
		 MECHANISM_MMAP, MECHANISM_SEM_POSIX, MECHANISM_SEM_SYSV, MECHANISM_FUTEX,
		 MECHANISM_EVENTFD, MECHANISM_FILE_LOCK},
	};
	bool first = true;

	_Static_assert(MECHANISM_MAX_ == 20, "each is in one of the tables");
	for (size_t half = 0; half < ARRAY_SIZE(halves); half++) {
		int there[MECHANISM_MAX_];
		size_t count = 0;

		for (size_t i = 0; i < MECHANISM_MAX_ / 2; i++)
			if (is_there(&mechanism_vocab, halves[half][i]))
				there[count++] = halves[half][i];
		if (!count)
			continue;
		if (!first)
			putc('\n', out);
		print_table(out, coverage, there, count);
		first = false;
	}
}

static int print_json(FILE *out, const struct coverage *coverage)
{
	json_t *array = json_array();
	int failed = 0;

	for (int i = 0; i < ACTION_MAX_ * MECHANISM_MAX_; i++) {
		int action = i / MECHANISM_MAX_, mechanism = i % MECHANISM_MAX_;
		const struct cell *cell = &coverage->cells[action][mechanism];
		const char *reason = NULL;
		bool possible = kernel_allows_fault((enum mechanism)mechanism,
						    (enum action_kind)action, &reason);

		if (is_there(&action_vocab, action) && is_there(&mechanism_vocab, mechanism))
			failed |= json_array_append_new(
				array, json_pack("{sssssisisbss?}", "mechanism",
						 vocab_name(&mechanism_vocab, mechanism), "fault",
						 vocab_name(&action_vocab, action), "sound",
						 (int)cell->sound, "caught", (int)cell->caught,
						 "possible", possible, "reason", reason));
	}
	failed |= json_dumpf(array, out, JSON_INDENT(1));
	putc('\n', out);
	json_decref(array);
	return failed ? EXIT_INCONCLUSIVE : EXIT_PASSED;
}

int coverage_print(const struct cli_env *env, const struct words *files, bool json)
{
	cleanup_free char *harness = harness_dir_find(env);
	const struct run_options which = {.files = *files};
	struct coverage coverage = {0};
	struct err err = ERR_INIT;
	struct file_set set;
	int code = EXIT_PASSED;

	if (!files->count)
		return usage_error(env, "list coverage: name scenario files or a folder");
	if (file_set_read(env, &which, harness, &set, &err) < 0)
		return command_error(env, err.text, EXIT_INCONCLUSIVE);
	for (size_t i = 0; i < set.count; i++)
		count_file(&coverage, &set.files[i]);
	if (set.problems)
		code = EXIT_USAGE;
	else if (json)
		code = print_json(env->out, &coverage);
	else
		print_tables(env->out, &coverage);
	file_set_release(&set);
	return code;
}
