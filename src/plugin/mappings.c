/* Where the process has mapped what is shared; instead of the runtime's arena. */
#include "plugin/plugin.h"

#define MAPPINGS 256

uint64_t plugin_low, plugin_high;

/* Overlapping none of the others. */
static struct mapping {
	uint64_t start, end, offset;
	uint32_t object;
} mappings[MAPPINGS];
static uint32_t used;

static void set_bounds(void)
{
	plugin_low = used ? UINT64_MAX : 0;
	plugin_high = 0;
	for (uint32_t i = 0; i < used; i++) {
		if (mappings[i].start < plugin_low)
			plugin_low = mappings[i].start;
		if (mappings[i].end > plugin_high)
			plugin_high = mappings[i].end;
	}
}

static void add(uint64_t start, uint64_t end, uint32_t object, uint64_t offset)
{
	if (start >= end)
		return;
	if (used == MAPPINGS) {
		__atomic_add_fetch(&rt_segment->unplaced, 1, __ATOMIC_RELAXED);
		return;
	}
	mappings[used++] = (struct mapping){start, end, offset, object};
}

/* What remains of a mapping on both sides of a hole. */
static void cut(uint64_t start, uint64_t end)
{
	for (uint32_t i = used; i-- > 0;) {
		struct mapping m = mappings[i];

		if (m.end <= start || end <= m.start)
			continue;
		mappings[i] = mappings[--used];
		add(m.start, start < m.end ? start : m.end, m.object, m.offset);
		if (end < m.end)
			add(end, m.end, m.object, m.offset + (end - m.start));
	}
}

void plugin_map(uint64_t address, uint64_t size, uint32_t object, uint64_t offset)
{
	uint64_t end = (address + size + 4095) & ~UINT64_C(4095);

	cut(address, end);
	if (object)
		add(address, end, object, offset);
	set_bounds();
}

static const struct mapping *find(uint64_t address)
{
	for (uint32_t i = 0; i < used; i++)
		if (address >= mappings[i].start && address < mappings[i].end)
			return &mappings[i];
	return NULL;
}

uint64_t plugin_mapped(uint64_t address)
{
	const struct mapping *m = find(address);

	return m ? m->end - address : 0;
}

bool rt_arena_find(uint64_t address, uint32_t *ret_object, uint64_t *ret_offset)
{
	const struct mapping *m = plugin_may_be_shared(address) ? find(address) : NULL;

	if (!m)
		return false;
	*ret_object = m->object;
	*ret_offset = m->offset + (address - m->start);
	return true;
}
