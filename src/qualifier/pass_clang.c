#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "qualifier/pass.h"
#include "qualifier/program_text.h"

static const char head[] = "BISECT: running pass (";

/* The next line of a pass at or behind @at, with its number; NULL = there is none. */
static const char *next_step(const char *at, unsigned *ret_number)
{
	at = strstr(at, head);
	if (at)
		*ret_number = (unsigned)strtoul(at + sizeof(head) - 1, NULL, 10);
	return at;
}

unsigned pass_count_steps(const char *said)
{
	unsigned most = 0, number = 0;

	for (const char *at = said; (at = next_step(at, &number)); at++)
		most = number > most ? number : most;
	return most;
}

/* "DSEPass on put" → both; of a loop the function is not said. */
static int parse(const char *line, struct pass_step *step, bool *ret_loop)
{
	const char *end = line + strcspn(line, "\n"), *name = strchr(line, ')');
	const char *on = name ? strstr(name, " on ") : NULL, *what = on ? on + 4 : end;

	*ret_loop = strncmp(what, "Loop ", 5) == 0 || strncmp(what, "loop ", 5) == 0;
	if (!on || on > end)
		return 0;
	step->pass = mem_strndup(name + 2, (size_t)(on - name - 2));
	if (!step->pass)
		return -ENOMEM;
	if (*ret_loop || *what == '[')
		return 0;
	what += *what == '(';
	step->function = mem_strndup(what, strcspn(what, " )\n"));
	return step->function ? 0 : -ENOMEM;
}

/* A loop is in the function that the passes before it were at. */
static int function_before(const char *said, const char *line, struct pass_step *step)
{
	unsigned number = 0;
	const char *last = NULL;

	for (const char *at = said; (at = next_step(at, &number)) && at < line; at++) {
		const char *end = at + strcspn(at, "\n"), *on = strstr(at, " on ");

		if (on && on < end && strncasecmp(on + 4, "loop ", 5) != 0 && on[4] != '[')
			last = on + 4;
	}
	if (!last)
		return 0;
	last += *last == '(';
	step->function = mem_strndup(last, strcspn(last, " )\n"));
	return step->function ? 0 : -ENOMEM;
}

int pass_read_step(const char *said, unsigned number, struct pass_step *ret)
{
	struct pass_step step = {.number = number};
	const char *found = NULL;
	unsigned this_one = 0, times = 0;
	bool is_loop = false;
	int rc;

	for (const char *at = said; (at = next_step(at, &this_one)); at++)
		if (this_one == number) {
			found = at;
			times++;
		}
	if (times == 1) { /* several sources are counted each for itself */
		rc = parse(found, &step, &is_loop);
		if (!rc && is_loop)
			rc = function_before(said, found, &step);
		if (rc) {
			pass_step_release(&step);
			return rc;
		}
	}
	*ret = step;
	return 0;
}

void pass_step_release(struct pass_step *step)
{
	free(step->pass);
	free(step->function);
	free(step->unit);
	*step = (struct pass_step){0};
}

/* --- which one ----------------------------------------------------------- */

#define NEIGHBOURS 19 /* that are tried, further and further away */

struct bisection {
	const struct pass_question *question;
	const char *unit;
	struct compile_change *changes; /* the sources preprocessed, so that it is done once */
	size_t change_count;
	struct err *err;
};

/* All of them for -1. */
static int build_up_to(struct bisection *b, int limit, char **ret_folder)
{
	cleanup_free char *option = mem_printf("-opt-bisect-limit=%d", limit);
	/* With all debug information clang 14 crashes where most numbers stop it. */
	const char *const flags[] = {
		"-w", "-gline-tables-only", "-fno-crash-diagnostics", "-mllvm", option, NULL};
	struct compile_request request = *b->question->build;

	request.extra = flags;
	request.extra_for = b->unit;
	request.changes = b->changes;
	request.change_count = b->change_count;
	return option ? compile_get(&request, ret_folder, b->err)
		      : err_errno(b->err, -ENOMEM, "bisect");
}

static int behaves_up_to(struct bisection *b, unsigned limit)
{
	cleanup_free char *folder = NULL;
	int rc = build_up_to(b, (int)limit, &folder);

	return rc ? rc : b->question->behaves(b->question->arg, folder, b->err);
}

static int read_said(struct bisection *b, char **ret_said)
{
	cleanup_free char *folder = NULL, *path = NULL;
	int rc = build_up_to(b, -1, &folder);

	if (rc)
		return rc;
	path = mem_printf("%s/" COMPILE_SAID, folder);
	rc = path ? compile_read_file(path, ret_said) : -ENOMEM;
	return rc ? err_errno(b->err, rc, "bisect") : 0;
}

/*
 * clang itself may crash where it is stopped: then a neighbour is as good.  What was
 * asked is in *@middle; -ENOEXEC: none of them compiles.
 */
static int behaves_near(struct bisection *b, unsigned good, unsigned bad, unsigned *middle)
{
	unsigned start = *middle;
	int rc = -ENOEXEC;

	for (unsigned i = 0; rc == -ENOEXEC && i < NEIGHBOURS; i++) {
		unsigned away = i ? 1u << ((i - 1) / 2) : 0; /* 0, 1, 1, 2, 2, 4, 4… */

		if (i % 2 ? start + away >= bad : start < good + 1 + away)
			continue;
		*middle = i % 2 ? start + away : start - away;
		rc = behaves_up_to(b, *middle);
	}
	return rc;
}

/* The first that must not run, where it is behind @good; 0: it is none of them. */
static int find_first(struct bisection *b, unsigned good, unsigned bad, unsigned *ret_first)
{
	int rc = behaves_up_to(b, bad);

	*ret_first = 0;
	if (rc)
		return rc < 0 ? rc : 0;
	while (bad - good > 1) {
		unsigned middle = good + (bad - good) / 2;

		rc = behaves_near(b, good, bad, &middle);
		if (rc < 0)
			return rc == -ENOEXEC ? 0 : rc;
		if (rc)
			good = middle;
		else
			bad = middle;
	}
	*ret_first = bad;
	return 0;
}

/* A source that is compiled twice is counted twice; of two one number says nothing. */
static bool is_counted_once(const char *said)
{
	unsigned number = 0, times = 0;

	for (const char *at = said; (at = next_step(at, &number)); at++)
		times += number == 1;
	return times == 1;
}

/* @b->unit is as it must be without any pass. */
static int bisect(struct bisection *b, struct pass_step *step)
{
	cleanup_free char *said = NULL;
	unsigned first = 0;
	int rc = read_said(b, &said);

	if (rc || !is_counted_once(said))
		return rc;
	rc = find_first(b, 0, pass_count_steps(said), &first);
	if (rc || !first)
		return rc;
	rc = pass_read_step(said, first, step);
	if (!rc && step->pass) {
		step->unit = mem_strdup(b->unit);
		rc = step->unit ? 0 : -ENOMEM;
	}
	return rc ? err_errno(b->err, rc, "bisect") : 0;
}

static int bisect_units(struct bisection *b, struct pass_step *step)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < b->question->unit_count; i++) {
		b->unit = b->question->units[i];
		rc = behaves_up_to(b, 0);
	}
	return rc > 0 ? bisect(b, step) : rc;
}

int pass_bisect_clang(const struct pass_question *question, struct pass_step *ret, struct err *err)
{
	const struct program_texts *texts = question->texts;
	struct bisection b = {.question = question, .err = err};
	struct pass_step step = {0};
	int rc;

	b.changes = mem_zalloc((texts->count + 1) * sizeof(*b.changes));
	b.change_count = b.changes && !question->build->spec->command ? texts->count : 0;
	for (size_t i = 0; i < b.change_count; i++)
		b.changes[i] = (struct compile_change){texts->items[i].file, texts->items[i].text};
	rc = b.changes ? bisect_units(&b, &step) : err_errno(err, -ENOMEM, "bisect");
	free(b.changes);
	if (rc)
		pass_step_release(&step);
	else
		*ret = step;
	return rc;
}
