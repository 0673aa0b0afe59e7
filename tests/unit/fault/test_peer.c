/*
 * The other end: gone, or turned nonblocking.
 */
#include <criterion/criterion.h>

#include "base/util.h"
#include "strike.h"

#define CLOSE_PEER                                                                                 \
	{                                                                                          \
		.kind = ACTION_CLOSE_PEER                                                          \
	}
#define NONBLOCK                                                                                   \
	{                                                                                          \
		.kind = ACTION_NONBLOCK, .on = true                                                \
	}

#define PIPE "engine-pipe"

/* clang-format off */
static const struct strike close_rows[] = {
	{"a write, with readers asleep in three processes and four threads", "holders", "write",
	 STRIKE_OUT, .program = PIPE, .action = CLOSE_PEER,
	 .out = "reader 0\nreader 0\nreader 0\nreader 0\nwrite EPIPE\n", .fired = 1},
	{"a read, with writers in other processes, one of them twice", "writers", "read",
	 STRIKE_IN, .program = PIPE, .action = CLOSE_PEER, .out = "read 0\nread 0\n", .fired = 1},
	{"a read that sleeps", "writers", "read", STRIKE_IN, PHASE_BLOCKED, .program = PIPE,
	 .action = CLOSE_PEER, .out = "read 0\nread 0\n", .fired = 1},
	{"a write that sleeps", "full-write", "write", STRIKE_OUT, PHASE_BLOCKED,
	 .program = PIPE, .action = CLOSE_PEER, .out = "write EPIPE\n", .fired = 1},
	{"both ends in the same process", "read", "read", STRIKE_IN, .action = CLOSE_PEER,
	 .out = "read 11\ngot 'hello world'\nleft ''\n", .fired = 1},
	{"nobody has the other end", "read-nothing", "read", STRIKE_IN, .action = CLOSE_PEER,
	 .out = "read 0\n", .refused = "nobody holds the other end"},
	{"a closed descriptor", "read-closed", "read", STRIKE_IN, .action = CLOSE_PEER,
	 .out = "read EBADF\n", .refused = "descriptor 10 is not open"},
	{"a call without a descriptor", "raise", "kill", .action = CLOSE_PEER,
	 .out = "handled 1\n", .refused = "this call has no descriptor"},
	{"a datagram socket", "datagram", "write", STRIKE_OUT, .action = CLOSE_PEER,
	 .out = "write ECONNREFUSED\nread EAGAIN\n", .fired = 1},
	{"a file", "file", "write", 1, .action = CLOSE_PEER, .out = "to a file\nwrite 10\n",
	 .refused = "has no other end"},
};

static const struct strike nonblock_rows[] = {
	{"a read that would wait", "empty", "read", STRIKE_IN, .action = NONBLOCK,
	 .out = "read EAGAIN\n", .fired = 1},
	{"taken away again: it waits", "drain", "read", STRIKE_IN,
	 .program = PIPE, .action = {.kind = ACTION_NONBLOCK, .on = false}, .out = "read 5\n", .fired = 1},
	{"set already", "drain", "read", STRIKE_IN, .program = PIPE, .action = NONBLOCK, .out = "read 5\n",
	 .refused = "is set already"},
	{"clear already", "read-twice", "read", STRIKE_IN,
	 .action = {.kind = ACTION_NONBLOCK, .on = false}, .out = "read 2\nread 2\nread 2\n",
	 .refused = "is clear already"},
	{"a closed descriptor", "read-closed", "read", STRIKE_IN, .action = NONBLOCK,
	 .out = "read EBADF\n", .refused = "descriptor 10"},
	{"a call without a descriptor", "raise", "kill", .action = NONBLOCK,
	 .out = "handled 1\n", .refused = "needs a call on a descriptor"},
};
/* clang-format on */

Test(fault_peer, close_peer_reaches_every_holder)
{
	strike_all(close_rows, ARRAY_SIZE(close_rows));
}

Test(fault_peer, nonblock)
{
	strike_all(nonblock_rows, ARRAY_SIZE(nonblock_rows));
}
