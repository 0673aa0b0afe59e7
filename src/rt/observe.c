/*
 * Who sees whose stores.  A compiler may join accesses that nobody can tell
 * apart; what others have seen of them tells that somebody can.
 *
 * The value is read in front of the program's own access: now and then another
 * store comes between.  Then one sighting is missed, none is made up.
 */
#include "rt/raw.h"
#include "rt/rt.h"

/* What a thread, or the handlers on it, have last read: by address, as many as there is room. */
#define SEEN 256u
struct seen {
	uint64_t address, value; /* 0 = not known */
	struct segment_row *row;
};
static __thread struct seen seen[2][SEEN] __attribute__((tls_model("initial-exec")));

/* Rows that are new, and later only some: a yield is a system call. */
#define YIELDS 32u

static uint64_t mix(uint64_t value)
{
	value *= UINT64_C(0x9e3779b97f4a7c15);
	return value ^ value >> 32;
}

static uint32_t *writer_of(const struct segment_key *key)
{
	uint64_t hash = mix(key->offset ^ (uint64_t)key->object << 48);

	return &rt_segment->writers[hash % SEGMENT_WRITERS];
}

static void yield(const struct segment_row *row)
{
	if (rt_segment->flags & SEGMENT_YIELD && (row->count < YIELDS || row->count % YIELDS == 0))
		raw3(SYS_sched_yield, 0, 0, 0);
}

static bool load(uint64_t address, uint32_t size, uint64_t *ret_value)
{
	switch (size) {
	case 1:
		*ret_value = *(const volatile uint8_t *)address;
		return true;
	case 2:
		*ret_value = *(const volatile uint16_t *)address;
		return true;
	case 4:
		*ret_value = *(const volatile uint32_t *)address;
		return true;
	case 8:
		*ret_value = *(const volatile uint64_t *)address;
		return true;
	default:
		return false;
	}
}

/* The same process by turns in the main flow and in handlers is two. */
static bool is_other_flow(const struct segment_key *a, const struct segment_key *b)
{
	return a->process != b->process || (a->flags ^ b->flags) & SEGMENT_IN_HANDLER;
}

static void note_writer(const struct segment_key *key)
{
	uint32_t index = __atomic_load_n(writer_of(key), __ATOMIC_RELAXED);
	struct segment_row *writer = &rt_segment->rows[index];

	if (index > 0 && index < SEGMENT_ROWS && writer->key.object == key->object &&
	    writer->key.offset == key->offset && is_other_flow(&writer->key, key))
		__atomic_add_fetch(&writer->changed, 1, __ATOMIC_RELAXED);
}

static void observe_read(struct segment_row *row, struct seen *known, uint64_t address)
{
	bool is_known = known->address == address;
	uint64_t value;

	if (is_known && known->row == row)
		yield(row);
	if (!load(address, row->key.size, &value))
		return;
	row->address = address;
	row->value = value;
	if (is_known && known->value != value)
		__atomic_add_fetch(&row->changed, 1, __ATOMIC_RELAXED);
	if (!is_known || known->value != value)
		note_writer(&row->key);
	known->address = address;
	known->value = value;
	known->row = row;
}

void rt_observe(struct segment_row *row, uint64_t address)
{
	bool is_in_handler = row->key.flags & SEGMENT_IN_HANDLER;
	struct seen *known = &seen[is_in_handler][mix(address) % SEEN];

	if (!(row->key.flags & SEGMENT_WRITE)) {
		observe_read(row, known, address);
		return;
	}
	yield(row);
	if (known->address == address)
		known->address = 0;
	__atomic_store_n(writer_of(&row->key), (uint32_t)(row - rt_segment->rows),
			 __ATOMIC_RELAXED);
}
