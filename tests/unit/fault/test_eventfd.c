/*
 * A counter of events: full, emptied, and seen by no program as it is not.
 */
#include <criterion/criterion.h>

#include "base/util.h"
#include "strike.h"

#define FILL                                                                                       \
	{                                                                                          \
		.kind = ACTION_FILL, .on = true                                                    \
	}
#define DRAIN                                                                                      \
	{                                                                                          \
		.kind = ACTION_DRAIN, .on = true                                                   \
	}
#define NONBLOCK                                                                                   \
	{                                                                                          \
		.kind = ACTION_NONBLOCK, .on = true                                                \
	}

/* clang-format off */
/* The second write; its own lines are writes too, so the descriptor is named. */
static const struct strike rows[] = {
	{"filled from nothing", "zero", "write", 3, .nth = 2, .action = FILL,
	 .out = "add EAGAIN\ntake EAGAIN\ntake EAGAIN\nadd ok\nnonblocking\n", .fired = 1},
	{"what was there comes back", "seven", "write", 3, .nth = 2, .action = FILL,
	 .out = "add EAGAIN\ntake 7\ntake EAGAIN\nadd ok\nnonblocking\n", .fired = 1},
	{"full already", "full", "write", 3, .nth = 2, .action = FILL,
	 .out = "add EAGAIN\ntake 18446744073709551614\ntake EAGAIN\nadd ok\nnonblocking\n",
	 .refused = "full already"},
	{"tokens cannot be taken back", "tokens", "write", 3, .nth = 2, .action = FILL,
	 .out = "add ok\ntake 1\ntake 1\nadd ok\nnonblocking\n", .refused = "EFD_SEMAPHORE"},
	{"a writer waits", "blocking", "write", 3, .nth = 2, .action = FILL,
	 .out = "add ok\nadd EINTR\nblocking\ntake 2\n", .fired = 1},
	{"emptied", "seven", "write", 3, .nth = 2, .action = DRAIN,
	 .out = "add ok\ntake 1\ntake EAGAIN\nadd ok\nnonblocking\n", .fired = 1},
	{"all tokens taken", "tokens", "write", 3, .nth = 2, .action = DRAIN,
	 .out = "add ok\ntake 1\ntake EAGAIN\nadd ok\nnonblocking\n", .fired = 1},
	{"nothing to take", "zero", "write", 3, .nth = 2, .action = DRAIN,
	 .out = "add ok\ntake 1\ntake EAGAIN\nadd ok\nnonblocking\n", .refused = "no events"},
	{"only that one", "two", "read", 3, .action = DRAIN,
	 .out = "take EAGAIN\ntake 5\n", .fired = 1},
	{"nonblocking for all", "blocking", "write", 3, .action = NONBLOCK,
	 .out = "add ok\nadd ok\nnonblocking\ntake 3\n", .fired = 1},
};
/* clang-format on */

Test(fault_eventfd, fill_and_drain)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct strike row = rows[i];

		row.program = "engine-eventfd";
		strike_all(&row, 1);
	}
}
