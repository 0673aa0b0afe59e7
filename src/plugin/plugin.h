/*
 * plugin.h - inside the plugin: the runtime's core in a process of qemu-user,
 * for programs that were not compiled by `ipcfault cc`.
 *
 * The program runs as it is.  What src/rt is told by the compilers' calls comes
 * from the emulator here: accesses behind each instruction that makes one,
 * system calls in front and behind.  Guest addresses are host addresses
 * (qemu-user maps the program at base 0 on the same architecture), and system
 * calls have the host's numbers.
 *
 * A point is behind an access, not in front of it as with the runtime: the
 * plugin is told no earlier.  What lies between two accesses to shared memory
 * no other process sees; so the schedules are the same.
 *
 * A call that would wait is held back until it would not.  Its arguments cannot
 * be changed, what they point to can: for the time of the call, with the turn.
 */
#ifndef PLUGIN_PLUGIN_H
#define PLUGIN_PLUGIN_H

#include "rt/gate.h"

/* --- what is shared (mappings.c) ------------------------------------------ */

/* All shared mappings are between these. */
extern uint64_t plugin_low, plugin_high;

static inline bool plugin_may_be_shared(uint64_t address)
{
	return address - plugin_low < plugin_high - plugin_low;
}

/* What is mapped there from now on; object 0: nothing that is shared. */
void plugin_map(uint64_t address, uint64_t size, uint32_t object, uint64_t offset);
/* How much of the mapping at @address there is from there on; 0 = none. */
uint64_t plugin_mapped(uint64_t address);

/* --- system calls --------------------------------------------------------- */

struct call {
	int64_t number;
	uint64_t args[6];
	uint64_t place; /* of the instruction, as a return address */
	int64_t result;
	uint32_t flow; /* that it makes */
	bool is_gated; /* others may wait for what it has done */
	uint64_t at;   /* what was changed for the time of the call; 0 = nothing */
	uint64_t saved[2];
	uint32_t size;
};

/* NULL = nothing is to be done. */
struct call_row {
	int64_t number;
	void (*before)(struct call *call);
	void (*after)(struct call *call);
};

/* The tables end with a row without functions. */
extern const struct call_row plugin_map_calls[], plugin_process_calls[], plugin_wait_calls[],
	plugin_io_calls[], plugin_time_calls[];

/* Other bytes there until the call is over, at most 16.  False: the memory cannot be written. */
bool plugin_lend(struct call *call, uint64_t at, const void *bytes, uint32_t size);

/* A structure that a call points to is a time limit that has passed. */
void plugin_lend_past(struct call *call, uint64_t timespec);

/* The run cannot be had with what the program does: CONTROL_THREADS, ... */
void plugin_refuse(uint32_t end) NO_RETURN;

void plugin_set_process(uint32_t index);

/* --- accesses ------------------------------------------------------------- */

struct qemu_plugin_insn;
void plugin_watch(struct qemu_plugin_insn *insn);

#endif
