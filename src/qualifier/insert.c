#include "qualifier/insert.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/util.h"
#include "elf/declarations.h"
#include "qualifier/tokens.h"

/* Before a name they make it something else than a declared one. */
static const char *const not_before[] = {"return", "case",   "goto", "else",   "do",
					 "sizeof", "struct", "enum", "union",  "typeof",
					 "if",	   "while",  "for",  "switch", "default"};

static bool is_one_of(const struct tokens *t, size_t index, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (token_is(t, index, words[i]))
			return true;
	return false;
}

bool source_agrees(const char *a, const char *b)
{
	size_t a_len, b_len;

	while (strncmp(a, "./", 2) == 0)
		a += 2;
	while (strncmp(b, "./", 2) == 0)
		b += 2;
	a_len = strlen(a);
	b_len = strlen(b);
	if (a_len < b_len)
		return source_agrees(b, a);
	return strcmp(a + (a_len - b_len), b) == 0 &&
	       (a_len == b_len || a[a_len - b_len - 1] == '/');
}

static bool is_in_for(const struct tokens *t, size_t index)
{
	size_t opener = t->items[index].opener;

	return opener != TOKEN_NONE && opener > 0 && token_is(t, opener - 1, "for");
}

/* Inside of brackets a name behind a comma is an argument. */
static bool is_in_parentheses(const struct tokens *t, size_t index)
{
	size_t opener = t->items[index].opener;

	return opener != TOKEN_NONE && !token_is(t, opener, "{") && !is_in_for(t, index);
}

static bool can_stand_before(const struct tokens *t, size_t index)
{
	static const char *const ends[] = {"*", ")", "}"};

	if (index == 0)
		return false;
	if (token_is(t, index - 1, ","))
		return !is_in_parentheses(t, index);
	if (t->items[index - 1].is_word)
		return !is_one_of(t, index - 1, not_before, ARRAY_SIZE(not_before));
	return is_one_of(t, index - 1, ends, ARRAY_SIZE(ends));
}

static bool can_stand_behind(const struct tokens *t, size_t index)
{
	static const char *const begins[] = {";", ",", "=", "[", ":", ")"};

	return is_one_of(t, index + 1, begins, ARRAY_SIZE(begins)) ||
	       (index + 1 < t->count && t->items[index + 1].is_word);
}

static bool is_declarator(const struct tokens *t, size_t index)
{
	return can_stand_before(t, index) && can_stand_behind(t, index);
}

static bool is_of_file(const struct tokens *t, const struct token *token,
		       const struct declaration *name)
{
	return token->line == name->line && source_agrees(t->files[token->file], name->file);
}

static bool is_same_line(const struct tokens *t, size_t a, size_t b)
{
	return t->items[a].line == t->items[b].line && t->items[a].file == t->items[b].file;
}

/* The declared one of that line: at the column, else the nearest to it. */
static size_t find_place(const struct tokens *t, size_t from, const struct declaration *name)
{
	int best_distance = 0;
	size_t best = TOKEN_NONE;

	for (size_t i = from; i < t->count && is_same_line(t, i, from); i++) {
		int distance = abs(t->items[i].column - name->column);

		if (!token_is(t, i, name->name) || !is_declarator(t, i))
			continue;
		if (name->column && distance == 0)
			return i;
		if (best == TOKEN_NONE || (name->column && distance < best_distance)) {
			best = i;
			best_distance = distance;
		}
	}
	return best;
}

/* Of `int a, b` the beginning; behind a comma nothing may stand. */
static size_t begin_of_declaration(const struct tokens *t, size_t index)
{
	size_t opener = t->items[index].opener, begin = index;

	for (size_t i = index; i-- > 0 && i != opener;) {
		if (t->items[i].opener != opener)
			continue;
		if (token_is(t, i, ";") || (token_is(t, i, "}") && !token_is(t, i + 1, ",")))
			break;
		begin = i;
	}
	return begin;
}

/* Text that goes in the place of some other. */
struct edit {
	size_t at, len;	   /* what goes */
	size_t from, size; /* a part of the text in its place… */
	bool is_separator; /* …behind a semicolon; otherwise the qualifier */
};

struct edits {
	struct edit *items;
	size_t count;
};

static int add_edit(struct edits *edits, struct edit edit)
{
	struct edit *slot;

	for (size_t i = 0; i < edits->count; i++)
		if (edits->items[i].at == edit.at)
			return 0;
	slot = mem_append(&edits->items, &edits->count, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = edit;
	return 0;
}

/*
 * Behind `static unsigned` of `static unsigned *a, b`: where the first declared
 * name begins.  TOKEN_NONE: what stands before it cannot be said twice, or is
 * not understood.
 */
static size_t end_of_specifiers(const struct tokens *t, size_t begin)
{
	size_t i = begin;

	while (i < t->count && t->items[i].is_word)
		i++;
	if (token_is(t, i, "*") || i == begin)
		return i;
	return token_is(t, i, "(") || token_is(t, i, "{") ? TOKEN_NONE : i - 1;
}

static size_t comma_behind(const struct tokens *t, size_t index)
{
	for (size_t i = index + 1; i < t->count; i++) {
		if (t->items[i].opener != t->items[index].opener)
			continue;
		if (token_is(t, i, ","))
			return i;
		if (token_is(t, i, ";"))
			break;
	}
	return TOKEN_NONE;
}

static size_t comma_before(const struct tokens *t, size_t index, size_t begin)
{
	for (size_t i = index; i-- > begin;)
		if (t->items[i].opener == t->items[index].opener && token_is(t, i, ","))
			return i;
	return TOKEN_NONE;
}

/* `int a, b` becomes `int a; int b`. */
static int divide(struct edits *edits, const struct tokens *t, size_t comma, size_t begin,
		  size_t end)
{
	const struct token *last = &t->items[end - 1];
	struct edit edit = {.is_separator = true, .from = t->items[begin].at, .len = 1};

	if (comma == TOKEN_NONE)
		return 0;
	edit.at = t->items[comma].at;
	edit.size = last->at + last->len - edit.from;
	return add_edit(edits, edit);
}

/*
 * Of several names in one declaration the others are divided from it where
 * that can be done, or else get it as well.
 */
static int edit_at(struct edits *edits, const struct tokens *t, size_t index)
{
	size_t begin = begin_of_declaration(t, index), end = end_of_specifiers(t, begin);
	size_t before = comma_before(t, index, begin), behind = comma_behind(t, index);
	int rc = 0;

	if (is_in_parentheses(t, index) || (before == TOKEN_NONE && behind == TOKEN_NONE))
		return add_edit(edits, (struct edit){.at = t->items[index].at});
	if (end == TOKEN_NONE || end == begin || is_in_for(t, index)) {
		if (before != TOKEN_NONE && token_is(t, index - 1, ","))
			index = begin;
		return add_edit(edits, (struct edit){.at = t->items[index].at});
	}
	rc = divide(edits, t, before, begin, end);
	rc = rc ? rc : divide(edits, t, behind, begin, end);
	return rc ? rc : add_edit(edits, (struct edit){.at = t->items[index].at});
}

static bool is_extern(const struct tokens *t, size_t index)
{
	return token_is(t, begin_of_declaration(t, index), "extern");
}

/* `extern int stop;` of a header and `int stop;`; of another's text only what is extern. */
static int edit_file_scope(struct edits *edits, const struct tokens *t, const char *name,
			   bool is_here)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < t->count; i++)
		if (t->items[i].opener == TOKEN_NONE && token_is(t, i, name) &&
		    is_declarator(t, i) && (is_here || is_extern(t, i)))
			rc = edit_at(edits, t, i);
	return rc;
}

/* `const int *at`: in front of the `*`. */
static int edit_target(struct edits *edits, const struct tokens *t, size_t place)
{
	if (!place || !token_is(t, place - 1, "*"))
		return 0;
	return add_edit(edits, (struct edit){.at = t->items[place - 1].at});
}

static int edit_name(struct edits *edits, const struct tokens *t, const struct declaration *name)
{
	bool found = false;
	int rc = 0;

	for (size_t i = 0; !rc && i < t->count; i++) {
		bool first = i == 0 || !is_same_line(t, i - 1, i);
		size_t place = first && is_of_file(t, &t->items[i], name) ? find_place(t, i, name)
									  : TOKEN_NONE;

		if (place == TOKEN_NONE)
			continue;
		found = true;
		rc = name->is_target ? edit_target(edits, t, place) : edit_at(edits, t, place);
	}
	if (!rc && name->kind == DECLARATION_GLOBAL && !name->is_target)
		rc = edit_file_scope(edits, t, name->name, found);
	return rc;
}

static size_t count_places(const struct edits *edits)
{
	size_t n = 0;

	for (size_t i = 0; i < edits->count; i++)
		n += !edits->items[i].is_separator;
	return n;
}

static int compare(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static char *apply(const char *text, const struct edits *edits, const char *qualifier)
{
	size_t done = 0, size = 0;
	char *out = NULL;
	FILE *stream = fault_point("open_memstream") ? NULL : open_memstream(&out, &size);

	if (!stream)
		return NULL;
	for (size_t i = 0; i < edits->count; i++) {
		const struct edit *edit = &edits->items[i];

		fwrite(text + done, 1, edit->at - done, stream);
		if (edit->is_separator)
			fprintf(stream, "; %.*s", (int)edit->size, text + edit->from);
		else
			fprintf(stream, "%s ", qualifier);
		done = edit->at + edit->len;
	}
	fputs(text + done, stream);
	if (fclose(stream)) {
		free(out);
		return NULL;
	}
	return out;
}

int qualifier_insert(const struct insert_text *input, const char *qualifier,
		     const struct declaration *const *names, size_t count, char **ret_text,
		     size_t *ret_places)
{
	struct tokens tokens;
	struct edits edits = {0};
	char *text = NULL;
	int rc = tokens_init(&tokens, input->text, input->file);

	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < count; i++)
		rc = edit_name(&edits, &tokens, names[i]);
	if (!rc && edits.count)
		qsort(edits.items, edits.count, sizeof(*edits.items), compare);
	if (!rc)
		text = apply(input->text, &edits, qualifier);
	if (text) {
		*ret_text = text;
		*ret_places = count_places(&edits);
	}
	free(edits.items);
	tokens_release(&tokens);
	return text ? 0 : -ENOMEM;
}
