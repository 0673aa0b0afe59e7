/*
 * A pipe's buffer: its size, full, empty.
 */
#include <criterion/criterion.h>

#include "base/util.h"
#include "strike.h"

#define CAPACITY(n)                                                                                \
	{                                                                                          \
		.kind = ACTION_CAPACITY, .bytes = n                                                \
	}
#define FILL                                                                                       \
	{                                                                                          \
		.kind = ACTION_FILL, .on = true                                                    \
	}
#define DRAIN                                                                                      \
	{                                                                                          \
		.kind = ACTION_DRAIN, .on = true                                                   \
	}

#define PIPE "engine-pipe"

/* clang-format off */
static const struct strike capacity_rows[] = {
	{"one page", "capacity", "write", STRIKE_OUT, .program = PIPE,
	 .action = CAPACITY(4096),
	 .out = "write 5\nsize 4096\n", .fired = 1},
	{"rounded up by the kernel", "capacity", "write", STRIKE_OUT, .program = PIPE,
	 .action = CAPACITY(5000),
	 .out = "write 5\nsize 8192\n", .fired = 1},
	{"less than it holds", "capacity-used", "write", STRIKE_OUT, .program = PIPE,
	 .action = CAPACITY(4096),
	 .out = "write 5\nsize 65536\n", .refused = "holds more than 4096 bytes already"},
	{"more than anybody may have", "capacity", "write", STRIKE_OUT,
	 .program = PIPE, .action = CAPACITY(UINT64_C(1) << 33), .out = "write 5\nsize 65536\n",
	 .refused = "the kernel refuses that size"},
	{"one that looks small in 32 bits", "capacity", "write", STRIKE_OUT,
	 .program = PIPE, .action = CAPACITY((UINT64_C(1) << 32) + 4096), .out = "write 5\nsize 65536\n",
	 .refused = "the kernel refuses that size"},
	{"a socket", "datagram", "write", STRIKE_OUT, .action = CAPACITY(4096),
	 .out = "write 11\nread 11\n", .fired = 1},
	{"a closed descriptor", "read-closed", "read", STRIKE_IN, .action = CAPACITY(4096),
	 .out = "read EBADF\n", .refused = "descriptor 10 is not open"},
};

/*
 * The writer finds it full; the reader finds what was written and never the
 * filler; then there is room again.
 */
static const struct strike fill_rows[] = {
	{"an empty pipe", "fill-0", "write", STRIKE_OUT, .program = PIPE, .action = FILL,
	 .out = "write EAGAIN\nread back 0 of 0, 0 wrong, then EAGAIN\nwrite 1\n", .fired = 1},
	{"with a byte in it", "fill-1", "write", STRIKE_OUT, .program = PIPE, .action = FILL,
	 .out = "write EAGAIN\nread back 1 of 1, 0 wrong, then EAGAIN\nwrite 1\n", .fired = 1},
	{"with a page in it", "fill-4096", "write", STRIKE_OUT, .program = PIPE, .action = FILL,
	 .out = "write EAGAIN\nread back 4096 of 4096, 0 wrong, then EAGAIN\nwrite 1\n",
	 .fired = 1},
	{"with some pages in it", "fill-20000", "write", STRIKE_OUT, .program = PIPE, .action = FILL,
	 .out = "write EAGAIN\nread back 20000 of 20000, 0 wrong, then EAGAIN\nwrite 1\n",
	 .fired = 1},
	{"with one page left", "fill-61440", "write", STRIKE_OUT, .program = PIPE, .action = FILL,
	 .out = "write EAGAIN\nread back 61440 of 61440, 0 wrong, then EAGAIN\nwrite 1\n",
	 .fired = 1},
	{"full: nothing is lost", "fill-65536", "write", STRIKE_OUT, .program = PIPE, .action = FILL,
	 .out = "write EAGAIN\nread back 65536 of 65536, 0 wrong, then EAGAIN\nwrite 1\n",
	 .refused = "is full already"},
	{"all pages in use, and room in the last one", "fill-65000", "write", STRIKE_OUT,
	 .program = PIPE, .action = FILL,
	 .out = "write EAGAIN\nread back 65000 of 65000, 0 wrong, then EAGAIN\nwrite 1\n",
	 .fired = 1},
	{"a reader waits", "fill-reader", "write", STRIKE_OUT, .program = PIPE, .action = FILL,
	 .refused = "a reader waits"},
};

static const struct strike drain_rows[] = {
	{"what was there is lost", "drain", "read", STRIKE_IN, .program = PIPE, .action = DRAIN,
	 .out = "read EAGAIN\n", .fired = 1},
	{"many pages", "fill-65536", "write", STRIKE_OUT, .program = PIPE, .action = DRAIN,
	 .out = "write 1\nread back 1 of 65536, 1 wrong, then EAGAIN\nwrite 1\n", .fired = 1},
	{"nothing there", "fill-0", "write", STRIKE_OUT, .program = PIPE, .action = DRAIN,
	 .out = "write 1\nread back 1 of 0, 1 wrong, then EAGAIN\nwrite 1\n",
	 .refused = "was empty"},
	{"a file", "file", "write", 1, .action = DRAIN, .out = "to a file\nwrite 10\n",
	 .refused = "means nothing to"},
};
/* clang-format on */

Test(fault_buffer, capacity)
{
	strike_all(capacity_rows, ARRAY_SIZE(capacity_rows));
}

Test(fault_buffer, fill_is_seen_by_writers_only)
{
	strike_all(fill_rows, ARRAY_SIZE(fill_rows));
}

Test(fault_buffer, drain)
{
	strike_all(drain_rows, ARRAY_SIZE(drain_rows));
}
