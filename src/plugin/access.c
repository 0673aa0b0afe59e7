/*
 * Accesses of the program, its libraries included.
 *
 * An instruction that reads and writes in one is one point when the processor
 * makes it one: with a LOCK prefix, and xchg.  Others are two, as on hardware.
 */
#include "plugin/plugin.h"
#include "plugin/qemu.h"

#define BACK 256 /* events that are looked through */

/* --- instructions --------------------------------------------------------- */

static bool is_prefix(uint8_t byte)
{
	static const uint8_t prefixes[] = {0x66, 0x67, 0xf2, 0xf3, 0x2e,
					   0x36, 0x3e, 0x26, 0x64, 0x65};

	for (size_t i = 0; i < sizeof(prefixes); i++)
		if (byte == prefixes[i])
			return true;
	return byte >= 0x40 && byte <= 0x4f; /* REX */
}

/* Intel SDM volume 3, 9.1.2.2: xchg with memory is locked without a prefix. */
static bool is_atomic(const uint8_t *code, size_t size)
{
	while (size && is_prefix(*code)) {
		code++;
		size--;
	}
	return size && (*code == 0xf0 || *code == 0x86 || *code == 0x87);
}

/* --- what they do --------------------------------------------------------- */

static bool overlap(const struct control_event *a, uint32_t object, uint64_t offset, uint64_t size)
{
	return a->object == object && a->offset < offset + size && offset < a->offset + a->size;
}

/* What was there in front of the access that has just been made, from whoever came last. */
static bool value_before(uint64_t address, uint64_t size, uint64_t *ret_value)
{
	const struct control *c = rt_control;
	uint64_t offset, last = c->event_count;
	uint32_t object;

	if (!rt_arena_find(address, &object, &offset))
		return false;
	for (uint64_t i = last; i > 0 && last - i < BACK; i--) {
		const struct control_event *e = &c->events[(i - 1) % CONTROL_EVENTS];

		if (!overlap(e, object, offset, size))
			continue;
		*ret_value = e->value;
		return e->offset == offset && e->size == size;
	}
	return false;
}

static bool has_changed(uint64_t address, uint64_t size)
{
	uint64_t before, now = 0;

	if (size > sizeof(now) || !value_before(address, size, &before))
		return true;
	rt_copy(&now, (const void *)address, size);
	return now != before;
}

/* A store that leaves what was there changes nothing for those who wait: xchg in a loop. */
static void on_atomic(uint64_t address, uint64_t size, uint64_t place)
{
	bool changed = has_changed(address, size);

	if (changed)
		rt_wrote();
	rt_point_behind(POINT_ATOMIC, address, size, place);
	if (!changed)
		rt_saw(address, rt_self()->next.value, place);
}

static void on_plain(uint64_t address, uint64_t size, bool is_write, uint64_t place)
{
	if (is_write)
		rt_wrote();
	rt_point_behind(is_write ? POINT_WRITE : POINT_READ, address, size, place);
	if (!is_write && size <= sizeof(uint64_t))
		rt_saw(address, rt_self()->next.value, place);
}

/* @arg: twice the address of the instruction, and 1 for an atomic one. */
static void on_access(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *arg)
{
	uint64_t size = UINT64_C(1) << qemu_plugin_mem_size_shift(info);
	uint64_t place = ((uint64_t)arg >> 1) + 1, offset;
	bool is_write = qemu_plugin_mem_is_store(info);
	uint32_t object;

	(void)vcpu;
	if (!plugin_may_be_shared(address) || !rt_is_scheduled() ||
	    !rt_arena_find(address, &object, &offset))
		return;
	if (!((uint64_t)arg & 1))
		on_plain(address, size, is_write, place);
	else if (is_write) /* the reading half may be told first, and alone */
		on_atomic(address, size, place);
}

void plugin_watch(struct qemu_plugin_insn *insn)
{
	bool locked = is_atomic(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn));
	uint64_t arg = qemu_plugin_insn_vaddr(insn) << 1 | locked;

	qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_NO_REGS,
					 QEMU_PLUGIN_MEM_RW, (void *)arg);
}
