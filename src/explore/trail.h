/*
 * trail.h - a schedule in one word: "12:2,30:1/41", "12:2/41!2@17=9".
 *
 * At step 12 the turn goes to flow 2, at step 30 to flow 1; elsewhere nobody is
 * interrupted.  The run has 41 steps: one that has more or less is another
 * run, of another program.  Flow 2 gets signal 9 in front of its 17th point.
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
	uint32_t strike_flow; /* 0 = nobody */
	int strike_signal;
	uint64_t strike_step;
};

/* To be freed; NULL when memory is short. */
char *trail_text(const struct trail *trail);

/* False: it is none; *@ret_trail is undefined then. */
bool trail_parse(const char *text, struct trail *ret_trail);

#endif
