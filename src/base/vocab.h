/*
 * vocab.h - one vocabulary of the language: names, meanings, and whether the
 * word can be used yet.
 *
 * A vocabulary is indexed by an enum whose last member is X_MAX_; what is
 * parsed, listed, suggested, documented and put into the JSON Schema all comes
 * from its rows.
 */
#ifndef BASE_VOCAB_H
#define BASE_VOCAB_H

#include <stdbool.h>
#include <stddef.h>

struct vocab_row {
	const char *name;
	const char *summary; /* half a line, for `ipcfault list` and the schema */
	bool later;	     /* part of the language, but refused as "not available yet" */
};

struct vocab {
	const char *what; /* singular: "trigger" */
	const struct vocab_row *rows;
	int count;
};

/* The name of @value; NULL when it is out of range. */
const char *vocab_name(const struct vocab *vocab, int value);

/* The value with that @name, or -1. */
int vocab_find(const struct vocab *vocab, const char *name);

/*
 * The word of @names (@count of them) that @text most probably meant, by edit
 * distance with transpositions; NULL when none is near enough (more than a
 * third of the letters wrong).
 */
const char *nearest_word(const char *text, const char *const *names, size_t count);

/* The same over a vocabulary. */
const char *vocab_nearest(const struct vocab *vocab, const char *text);

#endif
