/*
 * tokens.h - the words of a C program, with the file and line that each comes from.
 *
 * Of preprocessed text, whose line markers tell, or of a file as it stands.
 * As much of the language as is needed to find the declaration of a name.
 */
#ifndef QUALIFIER_TOKENS_H
#define QUALIFIER_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

#define TOKEN_NONE ((size_t)-1)

struct token {
	size_t at, len; /* in the text */
	size_t opener;	/* index of the bracket that it is in; TOKEN_NONE = at file scope */
	size_t file;	/* index in files */
	int line;
	int column; /* from 1; of the text's line */
	bool is_word;
};

struct tokens {
	const char *text; /* the caller's */
	struct token *items;
	size_t count;
	char **files;
	size_t file_count;
};

/* @file: of a text that begins there.  0 or -ENOMEM. */
int tokens_init(struct tokens *ret, const char *text, const char *file);
void tokens_release(struct tokens *tokens);

/* Whether the @index-th is spelt so; false when there is none. */
bool token_is(const struct tokens *tokens, size_t index, const char *spelling);

#endif
