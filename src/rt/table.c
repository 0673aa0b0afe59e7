/* Records that are found by their key and added once, without locks; see segment.h. */
#include "rt/rt.h"

static bool is_same(const void *a, const void *b, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (((const char *)a)[i] != ((const char *)b)[i])
			return false;
	return true;
}

static char *record_at(const struct rt_table *t, uint32_t index)
{
	return (char *)t->records + (size_t)index * t->size;
}

static uint32_t *next_of(const struct rt_table *t, uint32_t index)
{
	return (uint32_t *)(void *)(record_at(t, index) + t->next_at);
}

/* From @from to before @until, where the chain has been searched already. */
static uint32_t find(const struct rt_table *t, uint32_t from, uint32_t until, const void *key)
{
	for (uint32_t i = from; i != until; i = *next_of(t, i))
		if (is_same(record_at(t, i), key, t->key_size))
			return i;
	return 0;
}

/* 0: full. */
static uint32_t take(const struct rt_table *t)
{
	uint32_t index = __atomic_load_n(t->used, __ATOMIC_RELAXED);

	do
		if (index + 1 >= t->max)
			return 0;
	while (!__atomic_compare_exchange_n(t->used, &index, index + 1, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED));
	return index + 1;
}

uint32_t rt_table_get(const struct rt_table *t, uint32_t *head, const void *record)
{
	uint32_t first = __atomic_load_n(head, __ATOMIC_ACQUIRE), searched = 0;
	uint32_t found = find(t, first, searched, record), mine;

	if (found)
		return found;
	mine = take(t);
	if (!mine)
		return 0;
	rt_copy(record_at(t, mine), record, t->size);
	for (;;) {
		*next_of(t, mine) = searched = first;
		if (__atomic_compare_exchange_n(head, &first, mine, false, __ATOMIC_RELEASE,
						__ATOMIC_ACQUIRE))
			return mine;
		/* Others were faster: with the same key?  Then mine stays unused. */
		found = find(t, first, searched, record);
		if (found)
			return found;
	}
}
