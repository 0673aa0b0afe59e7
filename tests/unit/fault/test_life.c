/*
 * Processes that die, are slow, hang, or have too little.
 */
#include <criterion/criterion.h>
#include <signal.h>

#include "base/util.h"
#include "strike.h"

#define KILL(sig)                                                                                  \
	{                                                                                          \
		.kind = ACTION_KILL, .signal = sig                                                 \
	}
#define DELAY(ms)                                                                                  \
	{                                                                                          \
		.kind = ACTION_DELAY, .time_ns = (ms)*NS_PER_MS                                    \
	}
#define STOP(ns)                                                                                   \
	{                                                                                          \
		.kind = ACTION_STOP, .time_ns = ns                                                 \
	}
#define NOFILE(n)                                                                                  \
	{                                                                                          \
		.kind = ACTION_LIMIT, .limit = { LIMIT_NOFILE, n }                                 \
	}

/* clang-format off */
static const struct strike kill_rows[] = {
	{"at the entry: the call is not made", "print", "write", 1, .action = KILL(SIGKILL),
	 .out = "", .fired = 1, .killed = SIGKILL},
	{"at the exit: it has been made", "print", "write", 1, PHASE_EXIT,
	 .action = KILL(SIGKILL), .out = "made\n", .fired = 1, .killed = SIGKILL},
	{"at the second entry", "print", "write", 1, .nth = 2, .action = KILL(SIGKILL),
	 .out = "made\n", .fired = 1, .killed = SIGKILL},
	{"asleep", "eintr", "read", STRIKE_IN, PHASE_BLOCKED, .action = KILL(SIGKILL), .out = "",
	 .fired = 1, .killed = SIGKILL},
	{"by a signal that lets the call end", "print", "write", 1, .action = KILL(SIGTERM),
	 .out = "made\n", .fired = 1, .killed = SIGTERM},
	{"by a signal that is caught", "handler-and-data", "read", STRIKE_IN,
	 .action = KILL(SIGUSR1), .out = "read 5\nhandled 1\n", .fired = 1},
	{"another one", "child", "write", STRIKE_OUT, .action = KILL(SIGKILL), .of_child = 1,
	 .out = "write 1\nchild died of 9\n", .fired = 1},
	{"nobody there", "write", "write", STRIKE_OUT, .action = KILL(SIGKILL), .of_child = 1,
	 .out = "write 11\nleft 'hello world'\n", .refused = "to kill is not there"},
	{"by a signal that it ignores", "write-ignoring", "write", STRIKE_OUT,
	 .action = KILL(SIGUSR1), .out = "write 11\nleft 'hello world'\n",
	 .refused = "the process ignores SIGUSR1"},
	{"by a signal that is ignored by default", "write", "write", STRIKE_OUT,
	 .action = KILL(SIGCHLD), .out = "write 11\nleft 'hello world'\n",
	 .refused = "no handler for SIGCHLD is installed"},
};

static const struct strike delay_rows[] = {
	{"a call that starts late", "timed", "read", STRIKE_IN, .action = DELAY(40),
	 .out = "read 5\nhandled 0\nslow\n", .fired = 1},
	{"a call that returns late", "timed", "read", STRIKE_IN, PHASE_EXIT, .action = DELAY(40),
	 .out = "read 5\nhandled 0\nslow\n", .fired = 1},
	{"not at all", "timed", "read", STRIKE_IN, .nth = 2, .action = DELAY(40),
	 .out = "read 5\nhandled 0\nfast\n"},
	{"another one", "child-alone", "write", STRIKE_OUT, .action = DELAY(10), .of_child = 1,
	 .stays = true, .fired = 1},
	{"nobody there", "timed", "read", STRIKE_IN, .action = DELAY(40), .of_child = 1,
	 .out = "read 5\nhandled 0\nfast\n", .refused = "to delay is not there"},
};

static const struct strike stop_rows[] = {
	{"for a while", "timed", "read", STRIKE_IN, .action = STOP(40 * NS_PER_MS),
	 .out = "read 5\nhandled 0\nslow\n", .fired = 1},
	{"for ever, before the call", "print", "write", 1, .action = STOP(STOP_FOREVER),
	 .out = "", .stays = true, .fired = 1},
	{"for ever, after the call", "print", "write", 1, PHASE_EXIT,
	 .action = STOP(STOP_FOREVER), .out = "made\n", .stays = true, .fired = 1},
	{"another one", "child-alone", "write", STRIKE_OUT, .action = STOP(STOP_FOREVER),
	 .of_child = 1, .stays = true, .fired = 1},
	{"nobody there", "print", "write", 1, .action = STOP(STOP_FOREVER), .of_child = 1,
	 .out = "made\nnext\n", .refused = "to stop is not there"},
};

static const struct strike limit_rows[] = {
	{"no more descriptors", "limit", "open", .action = NOFILE(3),
	 .out = "open EMFILE\ndup EMFILE\n", .fired = 1},
	{"from then on", "limit", "dup", .action = NOFILE(3), .out = "open 3\ndup EMFILE\n",
	 .fired = 1},
	{"more than the hard limit", "limit", "open", .action = NOFILE(UINT64_MAX / 2),
	 .out = "open 3\ndup 4\n", .refused = "hard limit is lower"},
	{"nobody there", "limit", "open", .action = NOFILE(3), .of_child = 1,
	 .out = "open 3\ndup 4\n", .refused = "to limit is not there"},
};
/* clang-format on */

Test(fault_life, kill)
{
	strike_all(kill_rows, ARRAY_SIZE(kill_rows));
}

Test(fault_life, delay)
{
	strike_all(delay_rows, ARRAY_SIZE(delay_rows));
}

Test(fault_life, stop)
{
	strike_all(stop_rows, ARRAY_SIZE(stop_rows));
}

Test(fault_life, limit)
{
	strike_all(limit_rows, ARRAY_SIZE(limit_rows));
}
