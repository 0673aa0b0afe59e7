/* What is recorded of an access. */
#include "rt/flow.h"
#include "rt/rt.h"

static const struct rt_table *row_table(struct rt_table *table)
{
	table->records = rt_segment->rows;
	table->used = &rt_segment->rows_used;
	table->max = SEGMENT_ROWS;
	table->size = sizeof(struct segment_row);
	table->key_size = sizeof(struct segment_key);
	table->next_at = offsetof(struct segment_row, next);
	return table;
}

static uint32_t *bucket_of(const struct segment_key *key)
{
	uint64_t hash = key->offset * UINT64_C(0x9e3779b97f4a7c15);

	hash = (hash ^ hash >> 29 ^ key->place) * UINT64_C(0xbf58476d1ce4e5b9);
	hash ^= (uint64_t)key->object << 7 ^ (uint64_t)key->process << 17 ^ key->size;
	hash = (hash ^ (uint64_t)key->flags << 3 ^ key->kind) * UINT64_C(0x94d049bb133111eb);
	return &rt_segment->buckets[hash >> 32 & (SEGMENT_BUCKETS - 1)];
}

static void count(const struct segment_key *key, uint64_t address)
{
	struct segment_row record = {.key = *key}, *row;
	struct rt_table table;
	uint32_t index = rt_table_get(row_table(&table), bucket_of(key), &record);

	if (!index) {
		__atomic_add_fetch(&rt_segment->lost, 1, __ATOMIC_RELAXED);
		return;
	}
	row = &rt_segment->rows[index];
	if (!__atomic_load_n(&row->first, __ATOMIC_RELAXED)) {
		uint64_t now = __atomic_add_fetch(&rt_segment->clock, 1, __ATOMIC_RELAXED),
			 none = 0;

		__atomic_compare_exchange_n(&row->first, &none, now, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
	}
	__atomic_add_fetch(&row->count, 1, __ATOMIC_RELAXED);
	rt_observe(row, address);
}

void rt_access(uint64_t address, uint64_t size, enum segment_access_kind kind, unsigned flags,
	       uint64_t place)
{
	struct segment_key key = {
		.size = (uint32_t)size, .kind = (uint8_t)kind, .flags = (uint8_t)flags};

	if (rt_is_scheduled()) {
		rt_scheduled_access(address, size, kind, flags, place);
		return;
	}
	if (!rt_segment || rt_control)
		return;
	if (!rt_arena_find(address, &key.object, &key.offset) &&
	    (address - RT_ARENA < RT_ARENA_SIZE ||
	     !rt_variable_find(address, &key.object, &key.offset)))
		return;
	key.module = rt_module(place, &key.place);
	key.process = (uint16_t)rt_process();
	if (rt_in_handler())
		key.flags |= SEGMENT_IN_HANDLER;
	count(&key, address);
}
