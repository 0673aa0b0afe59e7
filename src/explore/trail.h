/*
 * trail.h - a schedule in one word: "12:2,30:1/41", "12:2/41~pso77!2@17=9".
 *
 * At step 12 the turn goes to flow 2, at step 30 to flow 1; elsewhere nobody is
 * interrupted.  The run has 41 steps: one that has more or less is another
 * run, of another program.  Memory is PSO, and stores become visible by the
 * draws of seed 77.  Flow 2 gets signal 9 in front of its 17th point.  With
 * "+unmodified" behind it all, the points are those of the emulator (emulator.h).
 */
#ifndef EXPLORE_TRAIL_H
#define EXPLORE_TRAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "schedule/control.h"

struct trail {
	struct control_switch switches[CONTROL_SWITCHES];
	size_t count;
	uint64_t steps;
	enum control_memory memory;
	uint64_t memory_seed;
	uint32_t strike_flow; /* 0 = nobody */
	int strike_signal;
	uint64_t strike_step;
	bool is_unmodified;
};

/* To be freed; NULL when memory is short. */
char *trail_text(const struct trail *trail);

/* False: it is none; *@ret_trail is undefined then. */
bool trail_parse(const char *text, struct trail *ret_trail);

/* "sc", "tso", "pso" */
struct vocab;
extern const struct vocab memory_vocab;

#endif
