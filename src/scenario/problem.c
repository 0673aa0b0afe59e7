#include "scenario/problem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "scenario/text.h"

#define LINE_SHOWN   120 /* characters of a source line */
#define TEXT_SHOWN   300 /* characters of a message */
#define BEFORE_CARET 80	 /* of them in front of the caret, when the line is longer */

/* A byte that is no UTF-8 counts as a character. */
static unsigned char_length(const char *at, uint32_t *ret_char)
{
	unsigned len = utf8_decode(at, ret_char);

	return len ? len : 1;
}

/* The start of the character that is @chars characters after @at, at most @end. */
static const char *skip_chars(const char *at, const char *end, int chars)
{
	uint32_t c;

	for (; chars > 0 && at < end; chars--)
		at += char_length(at, &c);
	return at;
}

/* What a terminal might obey, and what is no text, becomes a `?`. */
static void make_harmless(char *text, bool keep_tabs)
{
	while (*text) {
		uint32_t c = 0; /* where it is no UTF-8 */
		unsigned len = char_length(text, &c);

		if (is_control_char(c) && !(keep_tabs && c == '\t'))
			memset(text, '?', len);
		text += len;
	}
}

static const char *find_line(const char *source, const char *end, int line)
{
	while (--line > 0) {
		const char *newline = memchr(source, '\n', (size_t)(end - source));

		if (!newline)
			return end;
		source = newline + 1;
	}
	return source;
}

static const char *end_of_line(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));

	if (!newline)
		newline = end;
	while (newline > at && newline[-1] == '\r')
		newline--;
	return newline;
}

/* The line of pos, cut to LINE_SHOWN characters around the caret. */
static int take_line(struct problem *problem, const char *source, size_t len)
{
	const char *end = source + len;
	const char *start = find_line(source, end, problem->pos.line);
	const char *stop = end_of_line(start, end), *shown;
	int skipped = 0;

	if (problem->pos.col > LINE_SHOWN - 20)
		skipped = problem->pos.col - BEFORE_CARET;
	start = skip_chars(start, stop, skipped);
	shown = skip_chars(start, stop, LINE_SHOWN);
	problem->line = mem_printf("%s%.*s%s", skipped ? "..." : "", (int)(shown - start), start,
				   shown < stop ? "..." : "");
	problem->caret = problem->pos.col - 1 - skipped + (skipped ? 3 : 0);
	if (!problem->line)
		return -ENOMEM;
	make_harmless(problem->line, true);
	return 0;
}

static void problem_release(struct problem *problem)
{
	free(problem->text);
	free(problem->suggestion);
	free(problem->line);
}

static bool is_same(const struct problem *a, const struct problem *b)
{
	return a->pos.line == b->pos.line && a->pos.col == b->pos.col &&
	       strcmp(a->text, b->text) == 0;
}

static bool is_known(const struct problems *problems, const struct problem *problem)
{
	for (size_t i = 0; i < problems->count; i++)
		if (is_same(&problems->items[i], problem))
			return true;
	return false;
}

/* One line of harmless text, not much longer than TEXT_SHOWN. */
static void tidy_text(char *text)
{
	const char *end = text + strlen(text);
	char *cut = text + (skip_chars(text, end, TEXT_SHOWN) - text);

	for (char *c = text; *c; c++)
		if (*c == '\n' || *c == '\t' || *c == '\r')
			*c = ' ';
	if (end - cut > 3)
		memcpy(cut, "...", 4);
	make_harmless(text, false);
}

static int fill(struct problem *problem, const char *source, size_t len, const char *suggestion)
{
	if (suggestion) {
		problem->suggestion = mem_strdup(suggestion);
		if (!problem->suggestion)
			return -ENOMEM;
	}
	return problem->pos.line ? take_line(problem, source, len) : 0;
}

static int append(struct problems *problems, struct problem *problem)
{
	struct problem *slot = mem_append(&problems->items, &problems->count, sizeof(*slot));

	if (!slot)
		return -ENOMEM;
	*slot = *problem;
	return 0;
}

int problems_add(struct problems *problems, const char *source, size_t len, struct pos pos,
		 const char *suggestion, const char *fmt, va_list ap)
{
	struct problem problem = {.pos = pos};
	int r = -ENOMEM;

	problem.text = mem_vprintf(fmt, ap);
	if (!problem.text)
		return -ENOMEM;
	tidy_text(problem.text);
	if (is_known(problems, &problem)) {
		r = 0;
	} else if (problems->count >= PROBLEMS_MAX) {
		problems->cut = true;
		r = 0;
	} else if (fill(&problem, source, len, suggestion) == 0 &&
		   append(problems, &problem) == 0) {
		return 0;
	}
	problem_release(&problem);
	return r;
}

static int compare(const void *left, const void *right)
{
	const struct problem *a = left, *b = right;

	if (a->pos.line != b->pos.line)
		return a->pos.line < b->pos.line ? -1 : 1;
	if (a->pos.col != b->pos.col)
		return a->pos.col < b->pos.col ? -1 : 1;
	return strcmp(a->text, b->text);
}

void problems_sort(struct problems *problems)
{
	if (problems->count)
		qsort(problems->items, problems->count, sizeof(*problems->items), compare);
}

void problems_release(struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		problem_release(&problems->items[i]);
	free(problems->items);
	free(problems->file);
	*problems = (struct problems){0};
}

/* Spaces up to the caret; tabs stay tabs, so that the caret stands below its character. */
static void print_indent(const struct problem *problem, FILE *to)
{
	const char *at = problem->line, *end = at + strlen(at);

	for (int i = 0; i < problem->caret; i++) {
		fputc(at < end && *at == '\t' ? '\t' : ' ', to);
		at = skip_chars(at, end, 1);
	}
}

void problem_print(const char *file, const struct problem *problem, bool colour, FILE *to)
{
	const char *bold = colour ? "\033[1m" : "", *red = colour ? "\033[1;31m" : "";
	const char *green = colour ? "\033[1;32m" : "", *off = colour ? "\033[0m" : "";

	fprintf(to, "%s%s:", bold, file);
	if (problem->pos.line)
		fprintf(to, "%d:%d:", problem->pos.line, problem->pos.col);
	fprintf(to, "%s %serror:%s %s", off, red, off, problem->text);
	if (problem->suggestion)
		fprintf(to, "; did you mean `%s%s%s`?", bold, problem->suggestion, off);
	fputc('\n', to);
	if (!problem->line)
		return;
	fprintf(to, "    %s\n    ", problem->line);
	print_indent(problem, to);
	fprintf(to, "%s^%s\n", green, off);
}

void problems_print(const struct problems *problems, bool colour, FILE *to)
{
	for (size_t i = 0; i < problems->count; i++)
		problem_print(problems->file, &problems->items[i], colour, to);
	if (problems->cut)
		fprintf(to, "%s: more than %d problems; the rest is not shown\n", problems->file,
			PROBLEMS_MAX);
}
