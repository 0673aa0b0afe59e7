/*
 * What others than us have mapped, and who waits there: a key of its own for
 * each, the same in all processes.
 */
#include "rt/gate.h"
#include "rt/raw.h"

#define NAMED 64

/* As many as there is room for; the child of a fork() has the same. */
static struct named {
	uint64_t address; /* 0 = free */
	uint64_t key;
} named[NAMED];

uint64_t rt_named_key(uint64_t address)
{
	for (size_t i = 0; i < NAMED; i++)
		if (named[i].address == address)
			return named[i].key;
	return 0;
}

struct search {
	uint64_t address, key;
};

static bool look(const struct rt_mapping *m, void *arg)
{
	struct search *s = arg;
	struct segment_object object;

	if (s->address < m->start || s->address >= m->end)
		return false;
	rt_clear(&object, sizeof(object));
	object.kind = SEGMENT_FILE;
	object.dev = m->dev;
	object.id = m->ino;
	for (size_t i = 0; m->path[i] && i + 1 < SEGMENT_PATH; i++)
		object.path[i] = m->path[i];
	s->key = (uint64_t)rt_object(&object) << 44 | (m->offset + s->address - m->start);
	return true;
}

void rt_named_add(uint64_t address)
{
	struct search s = {.address = address};

	rt_each_mapping(look, &s);
	for (size_t i = 0; s.key && i < NAMED; i++)
		if (!named[i].address || named[i].address == address) {
			named[i].address = address;
			named[i].key = s.key;
			return;
		}
}

void rt_named_check(uint64_t address)
{
	struct search still = {.address = address};

	rt_each_mapping(look, &still);
	for (size_t i = 0; i < NAMED; i++)
		if (named[i].address == address && named[i].key != still.key)
			named[i].address = 0;
}
