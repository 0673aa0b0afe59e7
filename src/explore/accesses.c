#include "explore/accesses.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"

enum { READS, WRITES, BOTH, KINDS };

struct word {
	const struct control_event *first;
	uint64_t counts[CONTROL_FLOWS + 1][KINDS];
};

struct words {
	struct word **items;
	size_t count;
};

/* KINDS: it is none, or one of private memory. */
static int kind_of(const struct control_event *e)
{
	if (!e->object || !e->flow || e->flow > CONTROL_FLOWS)
		return KINDS;
	switch (e->kind) {
	case POINT_READ:
	case POINT_LOAD:
		return READS;
	case POINT_WRITE:
	case POINT_STORE:
		return WRITES;
	case POINT_ATOMIC:
		return BOTH;
	default:
		return KINDS;
	}
}

static struct word *find(const struct words *words, const struct control_event *e)
{
	for (size_t i = 0; i < words->count; i++) {
		const struct control_event *first = words->items[i]->first;

		if (first->object == e->object && first->offset == e->offset &&
		    first->size == e->size)
			return words->items[i];
	}
	return NULL;
}

static struct word *add(struct words *words, const struct control_event *e)
{
	struct word **slot = mem_append(&words->items, &words->count, sizeof(*slot));

	if (slot)
		*slot = mem_zalloc(sizeof(**slot));
	if (!slot || !*slot)
		return NULL;
	(*slot)->first = e;
	return *slot;
}

static int count_all(const struct control *c, struct words *words)
{
	uint64_t i = c->event_count > CONTROL_EVENTS ? c->event_count - CONTROL_EVENTS : 0;

	for (; i < c->event_count; i++) {
		const struct control_event *e = &c->events[i % CONTROL_EVENTS];
		int kind = kind_of(e);
		struct word *word;

		if (kind == KINDS)
			continue;
		word = find(words, e);
		if (!word)
			word = add(words, e);
		if (!word)
			return -ENOMEM;
		word->counts[e->flow][kind]++;
	}
	return 0;
}

/* @text is freed. */
static char *add_count(char *text, const char *separator, uint64_t count, const char *what)
{
	cleanup_free char *before = text;

	return mem_printf("%s%s%llu %s%s", before, separator, (unsigned long long)count, what,
			  count == 1 ? "" : "s");
}

/* "lost 2 reads, 1 write"; NULL when memory is short. */
static char *flow_text(const struct teller *teller, const struct word *word, uint32_t flow)
{
	static const char *const names[KINDS] = {"read", "write", "change"};
	char *text = tell_flow(teller, flow);
	bool any = false;

	for (int kind = 0; text && kind < KINDS; kind++) {
		if (!word->counts[flow][kind])
			continue;
		text = add_count(text, any ? ", " : " ", word->counts[flow][kind], names[kind]);
		any = true;
	}
	return text;
}

static bool has_touched(const struct word *word, uint32_t flow)
{
	return word->counts[flow][READS] || word->counts[flow][WRITES] || word->counts[flow][BOTH];
}

static char *word_text(const struct teller *teller, const struct word *word)
{
	cleanup_free char *object = tell_object(teller, word->first);
	const char *name = object && *object == ' ' ? object + 1 : "?";
	const char *separator = ": ";
	char *text = NULL;

	if (object)
		text = mem_printf("%s, %u byte%s", name, word->first->size,
				  word->first->size == 1 ? "" : "s");
	for (uint32_t flow = 1; text && flow <= CONTROL_FLOWS; flow++) {
		cleanup_free char *before = NULL, *more = NULL;

		if (!has_touched(word, flow))
			continue;
		before = text;
		more = flow_text(teller, word, flow);
		text = more ? mem_printf("%s%s%s", before, separator, more) : NULL;
		separator = "; ";
	}
	return text;
}

static int tell_all(const struct teller *teller, const struct words *words, char ***ret_lines)
{
	char **lines = mem_zalloc((words->count + 1) * sizeof(*lines));

	for (size_t i = 0; lines && i < words->count; i++) {
		lines[i] = word_text(teller, words->items[i]);
		if (!lines[i]) {
			accesses_free(lines);
			lines = NULL;
		}
	}
	if (!lines)
		return -ENOMEM;
	*ret_lines = lines;
	return 0;
}

int accesses_tell(const struct teller *teller, char ***ret_lines)
{
	struct words words = {.items = NULL};
	int rc = count_all(teller->outcome->control, &words);

	rc = rc ? rc : tell_all(teller, &words, ret_lines);
	for (size_t i = 0; i < words.count; i++)
		free(words.items[i]);
	free(words.items);
	return rc;
}

void accesses_free(char **lines)
{
	for (size_t i = 0; lines && lines[i]; i++)
		free(lines[i]);
	free(lines);
}
