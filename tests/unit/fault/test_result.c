/*
 * The result of a call: errno, errno-after, return, short.
 */
#include <criterion/criterion.h>
#include <errno.h>

#include "base/util.h"
#include "strike.h"

#define ERRNO(code)                                                                                \
	{                                                                                          \
		.kind = ACTION_ERRNO, .error = code                                                \
	}
#define ERRNO_AFTER(code)                                                                          \
	{                                                                                          \
		.kind = ACTION_ERRNO_AFTER, .error = code                                          \
	}
#define RETURN(what)                                                                               \
	{                                                                                          \
		.kind = ACTION_RETURN, .value = what                                               \
	}
#define SHORT(n)                                                                                   \
	{                                                                                          \
		.kind = ACTION_SHORT, .cut = SHORT_BYTES, .bytes = n                               \
	}
#define HALF                                                                                       \
	{                                                                                          \
		.kind = ACTION_SHORT, .cut = SHORT_HALF                                            \
	}
#define NOT_LINUX "Linux cannot do that here"

/* clang-format off */
static const struct strike errno_rows[] = {
	{"the call is not made and fails", "write-nonblocking", "write", STRIKE_OUT,
	 .action = ERRNO(EAGAIN), .out = "write EAGAIN\nleft ''\n", .fired = 1},
	{"only the n-th one", "read-twice", "read", STRIKE_IN, .nth = 2, .action = ERRNO(EIO),
	 .model = MODEL_ADVERSARIAL, .out = "read 2\nread EIO\nread 2\n", .fired = 1},
	{"each one from the second on", "read-twice", "read", STRIKE_IN, .nth = 2, .last = 9,
	 .action = ERRNO(EIO), .model = MODEL_ADVERSARIAL, .out = "read 2\nread EIO\nread EIO\n",
	 .fired = 2},
	{"EPIPE comes with a SIGPIPE that ends the program", "write-sigpipe", "write", STRIKE_OUT,
	 .last = UINT64_MAX, .action = ERRNO(EPIPE), .out = "write 5\n",
	 .refused = "SIGPIPE comes with EPIPE"},
	{"EPIPE once: a broken pipe stays broken", "write-ignoring", "write", STRIKE_OUT,
	 .action = ERRNO(EPIPE), .out = "write 11\nleft 'hello world'\n",
	 .refused = "a broken connection stays broken"},
	{"EPIPE alone when SIGPIPE is ignored", "write-ignoring", "write", STRIKE_OUT,
	 .last = UINT64_MAX, .action = ERRNO(EPIPE), .out = "write EPIPE\nleft ''\n", .fired = 1},
	{"EINTR where a handler could run", "eintr", "read", STRIKE_IN,
	 .action = ERRNO(EINTR), .out = "read EINTR\nhandled 0\n", .fired = 1},
	{"EINTR needs a wait", "handler-and-data", "read", STRIKE_IN,
	 .action = ERRNO(EINTR), .out = "read 5\nhandled 0\n", .refused = "would not have to wait"},
	{"EINTR needs a handler", "read", "read", STRIKE_IN, .action = ERRNO(EINTR),
	 .out = "read 11\ngot 'hello world'\nleft ''\n", .refused = NOT_LINUX},
	{"EINTR needs one without SA_RESTART", "restart", "read", STRIKE_IN,
	 .action = ERRNO(EINTR), .out = "read 5\nhandled 0\n", .refused = NOT_LINUX},
	{"EAGAIN needs O_NONBLOCK", "write", "write", STRIKE_OUT, .action = ERRNO(EAGAIN),
	 .out = "write 11\nleft 'hello world'\n", .refused = NOT_LINUX},
	{"but not for an adversary", "write", "write", STRIKE_OUT, .action = ERRNO(EAGAIN),
	 .model = MODEL_ADVERSARIAL, .out = "write EAGAIN\nleft ''\n", .fired = 1},
	{"on a descriptor that is closed", "read-closed", "read", STRIKE_IN,
	 .action = ERRNO(EIO), .model = MODEL_ADVERSARIAL, .out = "read EIO\n", .fired = 1},
};

static const struct strike after_rows[] = {
	{"the write is made and reported as failed", "write", "write", STRIKE_OUT,
	 .action = ERRNO_AFTER(EIO), .model = MODEL_ADVERSARIAL,
	 .out = "write EIO\nleft 'hello world'\n", .fired = 1},
	{"the descriptor is gone after the failed close", "close", "close", STRIKE_OUT,
	 .action = ERRNO_AFTER(EIO), .model = MODEL_ADVERSARIAL,
	 .out = "close EIO\nfcntl EBADF\n", .fired = 1},
	{"a call that fails by itself", "read-closed", "read", STRIKE_IN,
	 .action = ERRNO_AFTER(EIO), .model = MODEL_ADVERSARIAL, .out = "read EBADF\n",
	 .refused = "the call failed by itself with EBADF"},
	{"once the sleep is over", "slow-data", "read", STRIKE_IN, .action = ERRNO_AFTER(EIO),
	 .model = MODEL_ADVERSARIAL, .stays = true, .fired = 1},
};

static const struct strike return_rows[] = {
	{"nothing is read", "read", "read", STRIKE_IN, .action = RETURN(0),
	 .model = MODEL_ADVERSARIAL, .out = "read 0\ngot ''\nleft 'hello world'\n", .fired = 1},
	{"nothing is written", "write", "write", STRIKE_OUT, .action = RETURN(11),
	 .model = MODEL_ADVERSARIAL, .out = "write 11\nleft ''\n", .fired = 1},
	{"a number that looks like the kernel's own", "write", "write", STRIKE_OUT,
	 .action = RETURN(-512), .model = MODEL_ADVERSARIAL, .fired = 1},
};

static const struct strike short_rows[] = {
	{"a read of one byte", "read", "read", STRIKE_IN, .action = SHORT(1),
	 .out = "read 1\ngot 'h'\nleft 'ello world'\n", .fired = 1},
	{"half of what was asked for is more than there is", "read", "read", STRIKE_IN,
	 .action = HALF, .out = "read 11\ngot 'hello world'\nleft ''\n",
	 .refused = "moved 11 bytes by itself"},
	{"each read", "read-twice", "read", STRIKE_IN, .last = 3, .action = SHORT(1),
	 .out = "read 1\nread 1\nread 1\n", .fired = 3},
	{"a write", "write", "write", STRIKE_OUT, .action = SHORT(4), .model = MODEL_ADVERSARIAL,
	 .out = "write 4\nleft 'hell'\n", .fired = 1},
	{"half a write", "write", "write", STRIKE_OUT, .action = HALF, .model = MODEL_ADVERSARIAL,
	 .out = "write 5\nleft 'hello'\n", .fired = 1},
	{"a constant iovec, cut within its second part", "writev", "writev", STRIKE_OUT,
	 .action = SHORT(6), .model = MODEL_ADVERSARIAL, .out = "writev 6\nleft 'one tw'\n",
	 .fired = 1},
	{"a constant iovec, cut between two parts", "writev", "writev", STRIKE_OUT,
	 .action = SHORT(4), .model = MODEL_ADVERSARIAL, .out = "writev 4\nleft 'one '\n",
	 .fired = 1},
	{"half an iovec", "writev", "writev", STRIKE_OUT, .action = HALF,
	 .model = MODEL_ADVERSARIAL, .out = "writev 6\nleft 'one tw'\n", .fired = 1},
	{"an iovec of many parts", "many-parts", "writev", STRIKE_OUT, .action = SHORT(100),
	 .model = MODEL_ADVERSARIAL, .out = "writev 100\n", .fired = 1},
	{"an iovec of too many parts", "many-parts", "writev", STRIKE_OUT, .action = SHORT(250),
	 .model = MODEL_ADVERSARIAL, .out = "writev 300\n", .refused = "more than 128 parts"},
	{"readv leaves the program's own lengths alone", "readv", "readv", STRIKE_IN,
	 .action = SHORT(3), .out = "readv 3\ngot 'ab' 'c', lengths 2 7\nleft 'defghi'\n",
	 .fired = 1},
	{"sendmsg: the descriptor goes with the first bytes", "rights", "sendmsg", STRIKE_OUT,
	 .action = SHORT(2), .model = MODEL_ADVERSARIAL,
	 .out = "sendmsg 2\nrecvmsg 2\ngot 'ab' '' flags 0 descriptor works parts kept\n",
	 .fired = 1},
	{"recvmsg: the descriptor and the flags come back", "rights", "recvmsg", STRIKE_IN,
	 .action = SHORT(5),
	 .out = "sendmsg 8\nrecvmsg 5\ngot 'abc' 'de' flags 0 descriptor works parts kept\n",
	 .fired = 1},
	{"nothing to cut", "write", "write", STRIKE_OUT, .action = SHORT(11),
	 .model = MODEL_ADVERSARIAL, .out = "write 11\nleft 'hello world'\n",
	 .refused = "asks for 11 bytes only"},
	{"a small write to a pipe is never short", "write", "write", STRIKE_OUT,
	 .action = SHORT(1), .out = "write 11\nleft 'hello world'\n", .refused = NOT_LINUX},
	{"a datagram is never cut when it is sent", "datagram", "write", STRIKE_OUT,
	 .action = SHORT(1), .out = "write 11\nread 11\n", .refused = NOT_LINUX},
	{"a call that moves nothing", "close", "close", STRIKE_OUT, .action = SHORT(1),
	 .out = "close 0\nfcntl EBADF\n", .refused = "this call moves no bytes"},
	{"the end of the file", "read-nothing", "read", STRIKE_IN, .action = SHORT(1),
	 .out = "read 0\n", .refused = "end of the file"},
	{"a read that fails by itself", "read-closed", "read", STRIKE_IN, .action = SHORT(1),
	 .model = MODEL_ADVERSARIAL, .out = "read EBADF\n", .refused = "by itself with EBADF"},
};
/* clang-format on */

Test(fault_result, errno_is_injected_where_linux_could)
{
	strike_all(errno_rows, ARRAY_SIZE(errno_rows));
}

Test(fault_result, errno_after_lets_the_call_happen)
{
	strike_all(after_rows, ARRAY_SIZE(after_rows));
}

Test(fault_result, return_makes_no_call)
{
	strike_all(return_rows, ARRAY_SIZE(return_rows));
}

Test(fault_result, short_moves_fewer_bytes)
{
	strike_all(short_rows, ARRAY_SIZE(short_rows));
}

#if defined(__x86_64__)
/* clang-format off */
static const struct strike register_rows[] = {
	{"untouched", "registers", "nanosleep", .action = SHORT(1),
	 .out = "result 11\nresult 11\nresult 13\nresult 0\n"},
	{"write cut", "registers", "write", STRIKE_OUT, .action = SHORT(5),
	 .model = MODEL_ADVERSARIAL, .out = "result 5\nresult 5\nresult 13\nresult 0\n",
	 .fired = 1},
	{"read cut", "registers", "read", STRIKE_IN, .action = SHORT(5),
	 .out = "result 11\nresult 5\nresult 13\nresult 0\n", .fired = 1},
	{"writev cut", "registers", "writev", STRIKE_OUT, .action = SHORT(5),
	 .model = MODEL_ADVERSARIAL, .out = "result 11\nresult 11\nresult 5\nresult 0\n",
	 .fired = 1},
	{"errno", "registers", "writev", STRIKE_OUT, .action = ERRNO(EIO),
	 .model = MODEL_ADVERSARIAL, .out = "result 11\nresult 11\nresult -5\nresult 0\n",
	 .fired = 1},
	{"errno-after", "registers", "close", STRIKE_OUT, .action = ERRNO_AFTER(EIO),
	 .model = MODEL_ADVERSARIAL, .out = "result 11\nresult 11\nresult 13\nresult -5\n",
	 .fired = 1},
	{"peer closed", "registers", "read", STRIKE_IN, .action = {.kind = ACTION_CLOSE_PEER},
	 .out = "result 11\nresult 11\nresult 13\nresult 0\n", .fired = 1},
	{"delayed", "registers", "read", STRIKE_IN,
	 .action = {.kind = ACTION_DELAY, .time_ns = 10 * NS_PER_MS},
	 .out = "result 11\nresult 11\nresult 13\nresult 0\n", .fired = 1},
	{"stopped before it", "registers", "write", STRIKE_OUT,
	 .action = {.kind = ACTION_STOP, .time_ns = 10 * NS_PER_MS},
	 .out = "result 11\nresult 11\nresult 13\nresult 0\n", .fired = 1},
};
/* clang-format on */

/* Whatever is done to the call, the program finds its argument registers as they were. */
Test(fault_result, argument_registers_survive)
{
	strike_all(register_rows, ARRAY_SIZE(register_rows));
}
#endif
