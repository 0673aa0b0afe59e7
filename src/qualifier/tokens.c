#include "qualifier/tokens.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct reader {
	struct tokens *tokens;
	const char *at, *line_start;
	int line;
	size_t file, opener;
};

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static void new_line(struct reader *r)
{
	r->line++;
	r->line_start = r->at;
}

static void skip_comment(struct reader *r)
{
	const char *end = strstr(r->at + 2, "*/");

	end = end ? end + 2 : r->at + strlen(r->at);
	while (r->at < end)
		if (*r->at++ == '\n')
			new_line(r);
}

/* Behind the last character of the line, and of those that go on with a backslash. */
static void skip_line(struct reader *r)
{
	while (*r->at && *r->at != '\n') {
		if (r->at[0] == '\\' && r->at[1] == '\n') {
			r->at += 2;
			new_line(r);
		} else {
			r->at++;
		}
	}
}

static int set_file(struct reader *r, const char *name, size_t len)
{
	struct tokens *t = r->tokens;
	char **slot;

	for (r->file = 0; r->file < t->file_count; r->file++)
		if (strlen(t->files[r->file]) == len && strncmp(t->files[r->file], name, len) == 0)
			return 0;
	slot = mem_append(&t->files, &t->file_count, sizeof(*slot));
	if (slot)
		*slot = mem_strndup(name, len);
	return slot && *slot ? 0 : -ENOMEM;
}

/* `# 12 "file.c" 1 3`, or another line for the preprocessor. */
static int read_directive(struct reader *r)
{
	const char *at = r->at + 1, *name, *end;
	char *behind;
	long line;
	int rc;

	at += strspn(at, " \t");
	if (strncmp(at, "line", 4) == 0)
		at += 4;
	line = strtol(at, &behind, 10);
	name = behind == at ? NULL : strchr(behind, '"');
	end = name ? strchr(name + 1, '"') : NULL;
	skip_line(r);
	if (!end || end > r->at)
		return 0;
	rc = set_file(r, name + 1, (size_t)(end - name - 1));
	r->line = (int)line - 1; /* the end of this line counts it up */
	return rc;
}

static size_t literal_length(const char *at)
{
	size_t len = 1;

	while (at[len] && at[len] != at[0] && at[len] != '\n')
		len += at[len] == '\\' && at[len + 1] ? 2 : 1;
	return len + (at[len] == at[0]);
}

static size_t token_length(const char *at)
{
	size_t len = 0;

	if (*at == '"' || *at == '\'')
		return literal_length(at);
	while (is_word_char(at[len]))
		len++;
	if (!len)
		len = at[0] == '-' && at[1] == '>' ? 2 : 1;
	return len;
}

static int add_token(struct reader *r)
{
	struct tokens *t = r->tokens;
	struct token *token = mem_append(&t->items, &t->count, sizeof(*token));
	char c = *r->at;

	if (!token)
		return -ENOMEM;
	if ((c == '}' || c == ')' || c == ']') && r->opener != TOKEN_NONE)
		r->opener = t->items[r->opener].opener;
	token->at = (size_t)(r->at - t->text);
	token->len = token_length(r->at);
	token->opener = r->opener;
	token->file = r->file;
	token->line = r->line;
	token->column = (int)(r->at - r->line_start) + 1;
	token->is_word = is_word_char(c) && !isdigit((unsigned char)c);
	if (c == '{' || c == '(' || c == '[')
		r->opener = t->count - 1;
	r->at += token->len;
	return 0;
}

static bool is_first_of_line(const struct reader *r)
{
	for (const char *p = r->line_start; p < r->at; p++)
		if (!isspace((unsigned char)*p))
			return false;
	return true;
}

static int read_one(struct reader *r)
{
	if (*r->at == '\n') {
		r->at++;
		new_line(r);
	} else if (isspace((unsigned char)*r->at) || *r->at == '\\') {
		r->at++;
	} else if (r->at[0] == '/' && r->at[1] == '*') {
		skip_comment(r);
	} else if (r->at[0] == '/' && r->at[1] == '/') {
		skip_line(r);
	} else if (*r->at == '#' && is_first_of_line(r)) {
		return read_directive(r);
	} else {
		return add_token(r);
	}
	return 0;
}

int tokens_init(struct tokens *ret, const char *text, const char *file)
{
	struct tokens tokens = {.text = text};
	struct reader r = {
		.tokens = &tokens, .at = text, .line_start = text, .line = 1, .opener = TOKEN_NONE};
	int rc = set_file(&r, file, strlen(file));

	while (!rc && *r.at)
		rc = read_one(&r);
	if (rc)
		tokens_release(&tokens);
	else
		*ret = tokens;
	return rc;
}

void tokens_release(struct tokens *tokens)
{
	for (size_t i = 0; i < tokens->file_count; i++)
		free(tokens->files[i]);
	free(tokens->files);
	free(tokens->items);
	*tokens = (struct tokens){0};
}

bool token_is(const struct tokens *tokens, size_t index, const char *spelling)
{
	const struct token *token = index < tokens->count ? &tokens->items[index] : NULL;

	return token && strlen(spelling) == token->len &&
	       strncmp(tokens->text + token->at, spelling, token->len) == 0;
}
