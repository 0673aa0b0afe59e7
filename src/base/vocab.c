#include "base/vocab.h"

#include <stdint.h>
#include <string.h>

#define WORD_MAX 48

const char *vocab_name(const struct vocab *vocab, int value)
{
	return value >= 0 && value < vocab->count ? vocab->rows[value].name : NULL;
}

int vocab_find(const struct vocab *vocab, const char *name)
{
	for (int i = 0; i < vocab->count; i++)
		if (strcmp(vocab->rows[i].name, name) == 0)
			return i;
	return -1;
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;

	return least < c ? least : c;
}

/* Optimal string alignment distance: insert, delete, replace, swap neighbours. */
static unsigned distance(const char *a, const char *b)
{
	unsigned rows[3][WORD_MAX + 1];
	size_t la = strnlen(a, WORD_MAX), lb = strnlen(b, WORD_MAX);

	for (size_t j = 0; j <= lb; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= la; i++) {
		unsigned *now = rows[i % 3];
		const unsigned *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= lb; j++) {
			unsigned differ = a[i - 1] != b[j - 1];

			now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + differ);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
	}
	return rows[la % 3][lb];
}

struct guess {
	const char *word;
	unsigned distance;
};

static void consider(struct guess *best, const char *text, const char *word)
{
	unsigned d = distance(text, word);

	if (d < best->distance)
		*best = (struct guess){word, d};
}

static const char *near_enough(const struct guess *best, const char *text)
{
	size_t len = strnlen(text, WORD_MAX);
	size_t allowed = len < 3 ? 1 : (len + 2) / 3;

	return best->word && best->distance <= allowed ? best->word : NULL;
}

const char *nearest_word(const char *text, const char *const *names, size_t count)
{
	struct guess best = {NULL, UINT32_MAX};

	for (size_t i = 0; i < count; i++)
		consider(&best, text, names[i]);
	return near_enough(&best, text);
}

const char *vocab_nearest(const struct vocab *vocab, const char *text)
{
	struct guess best = {NULL, UINT32_MAX};

	for (int i = 0; i < vocab->count; i++)
		consider(&best, text, vocab->rows[i].name);
	return near_enough(&best, text);
}
