/*
 * Spurious wake-ups: what the call returns, and who cannot be woken so.
 */
#include <criterion/criterion.h>

#include "base/util.h"
#include "strike.h"

#define WAKE(name, call_, out_)                                                                    \
	{                                                                                          \
		name, name, call_, .phase = PHASE_BLOCKED, .action = {.kind = ACTION_WAKE},        \
				   .program = "wake-cases", .out = out_, .fired = 1                \
	}

static const struct strike rows[] = {
	WAKE("futex", "futex", "futex 0\n"),
	WAKE("futex-timed", "futex", "futex 0\n"),
	WAKE("poll", "poll", "poll 1: 0 1 0\n"),
	WAKE("select", "pselect6", "select 1: 1 0\n"),
	WAKE("epoll", "epoll_wait", "epoll 1: 77\n"),
	{"nap", "nap", "clock_nanosleep", .phase = PHASE_BLOCKED, .action = {.kind = ACTION_WAKE},
	 .program = "wake-cases", .out = "nap 0\n", .refused = "sleeps in no call"},
};

Test(fault_wake, sleepers)
{
	strike_all(rows, ARRAY_SIZE(rows));
}
