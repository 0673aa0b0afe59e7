/*
 * Signals at chosen moments of a call, and stops.
 */
#include <criterion/criterion.h>
#include <signal.h>

#include "base/util.h"
#include "strike.h"

#define SIGNAL(sig, moment)                                                                        \
	{                                                                                          \
		.kind = ACTION_SIGNAL, .signal = sig, .when = moment, .burst = 1                   \
	}
#define PULSE(ms)                                                                                  \
	{                                                                                          \
		.kind = ACTION_PULSE, .time_ns = (ms)*NS_PER_MS                                    \
	}
#define RT 34 /* SIGRTMIN of glibc, which is a function */

/* clang-format off */
static const struct strike pending_rows[] = {
	{"a read that would wait ends with EINTR", "eintr", "read", STRIKE_IN,
	 .action = SIGNAL(SIGUSR1, WHEN_PENDING), .out = "read EINTR\nhandled 1\n",
	 .fired = 1},
	{"data that is there wins", "handler-and-data", "read", STRIKE_IN,
	 .action = SIGNAL(SIGUSR1, WHEN_PENDING), .out = "read 5\nhandled 1\n",
	 .fired = 1},
	{"with SA_RESTART the read goes on", "restart", "read", STRIKE_IN,
	 .action = SIGNAL(SIGUSR1, WHEN_PENDING), .out = "read 5\nhandled 1\n",
	 .fired = 1},
	{"the default action ends the program", "read", "read", STRIKE_IN,
	 .action = SIGNAL(SIGUSR1, WHEN_PENDING), .out = "", .fired = 1, .killed = SIGUSR1},
	{"at the exit of the call", "handler-and-data", "read", STRIKE_IN, PHASE_EXIT,
	 .action = SIGNAL(SIGUSR1, WHEN_PENDING), .out = "read 5\nhandled 1\n",
	 .fired = 1},
	{"to another process", "child", "write", STRIKE_OUT,
	 .action = SIGNAL(SIGTERM, WHEN_PENDING), .of_child = 1,
	 .out = "write 1\nchild died of 15\n", .fired = 1},
};

static const struct strike blocked_rows[] = {
	{"a sleeping read", "eintr", "read", STRIKE_IN, PHASE_BLOCKED,
	 .action = SIGNAL(SIGUSR1, WHEN_BLOCKED), .out = "read EINTR\nhandled 1\n",
	 .fired = 1},
	{"one that is made again", "restart", "read", STRIKE_IN, PHASE_BLOCKED,
	 .action = SIGNAL(SIGUSR1, WHEN_BLOCKED), .out = "read 5\nhandled 1\n",
	 .fired = 1},
	{"asked for at the entry", "eintr", "read", STRIKE_IN,
	 .action = SIGNAL(SIGUSR1, WHEN_BLOCKED), .out = "read EINTR\nhandled 1\n",
	 .fired = 1},
	{"a call that does not sleep", "handler-and-data", "read", STRIKE_IN,
	 .action = SIGNAL(SIGUSR1, WHEN_BLOCKED), .out = "read 5\nhandled 0\n",
	 .refused = "the call did not sleep"},
};

static const struct strike around_rows[] = {
	{"before: the handler has run when the read begins", "slow-data", "read", STRIKE_IN,
	 .action = SIGNAL(SIGUSR1, WHEN_BEFORE), .stays = true, .fired = 1},
	{"before, with data: the read is made once", "handler-and-data", "read", STRIKE_IN,
	 .action = SIGNAL(SIGUSR1, WHEN_BEFORE), .out = "read 5\nhandled 1\n",
	 .fired = 1},
	{"before a write: the bytes are written once", "write-sigpipe", "write", STRIKE_OUT,
	 .action = SIGNAL(SIGCHLD, WHEN_BEFORE), .out = "write 5\n",
	 .refused = "no handler for SIGCHLD is installed"},
	{"before is too late at the exit", "handler-and-data", "read", STRIKE_IN, PHASE_EXIT,
	 .action = SIGNAL(SIGUSR1, WHEN_BEFORE), .out = "read 5\nhandled 0\n",
	 .refused = "`before` needs the entry of a call"},
	{"after: the read has its bytes", "handler-and-data", "read", STRIKE_IN,
	 .action = SIGNAL(SIGUSR1, WHEN_AFTER), .out = "read 5\nhandled 1\n",
	 .fired = 1},
	{"after, at the exit", "handler-and-data", "read", STRIKE_IN, PHASE_EXIT,
	 .action = SIGNAL(SIGUSR1, WHEN_AFTER), .out = "read 5\nhandled 1\n",
	 .fired = 1},
	{"after, when the program ends before", "read", "read", STRIKE_IN, .nth = 2,
	 .action = SIGNAL(SIGUSR1, WHEN_AFTER), .out = "read 11\ngot 'hello world'\nleft ''\n"},
};

static const struct strike many_rows[] = {
	{"a burst of a standard signal is one", "burst", "read", STRIKE_IN,
	 .action = {.kind = ACTION_SIGNAL, .signal = SIGUSR1, .burst = 20},
	 .out = "read 5\nhandled 1\n", .fired = 1},
	{"a burst of a real-time signal is queued", "burst", "read", STRIKE_IN,
	 .action = {.kind = ACTION_SIGNAL, .signal = RT, .burst = 20},
	 .out = "read 5\nhandled 20\n", .fired = 1},
	{"nested: while another handler runs", "raise", "kill",
	 .action = {.kind = ACTION_SIGNAL, .signal = SIGUSR2, .burst = 1, .nested = true},
	 .out = "handled 2\n", .fired = 1, .deepest = 2},
	{"nested, but no handler comes", "read", "read", STRIKE_IN,
	 .action = {.kind = ACTION_SIGNAL, .signal = SIGUSR2, .burst = 1, .nested = true},
	 .out = "read 11\ngot 'hello world'\nleft ''\n",
	 .refused = "ended before the moment came"},
};

static const struct strike refused_rows[] = {
	{"ignored", "write-ignoring", "write", STRIKE_OUT, .action = SIGNAL(SIGUSR1, WHEN_PENDING),
	 .out = "write 11\nleft 'hello world'\n", .refused = "the process ignores SIGUSR1"},
	{"ignored by default", "write", "write", STRIKE_OUT,
	 .action = SIGNAL(SIGWINCH, WHEN_PENDING), .out = "write 11\nleft 'hello world'\n",
	 .refused = "no handler for SIGWINCH is installed"},
	{"continued by default", "write", "write", STRIKE_OUT,
	 .action = SIGNAL(SIGCONT, WHEN_PENDING), .out = "write 11\nleft 'hello world'\n",
	 .refused = "no handler for SIGCONT is installed"},
	{"nobody there", "write", "write", STRIKE_OUT, .action = SIGNAL(SIGUSR1, WHEN_PENDING),
	 .of_child = 3, .out = "write 11\nleft 'hello world'\n",
	 .refused = "the process to signal is not there"},
	/* Taken by sigtimedwait, later. */
	{"blocked by the program, and taken", "blocked-signal", "read", STRIKE_IN,
	 .action = SIGNAL(SIGUSR1, WHEN_PENDING), .stays = false,
	 .out = "read 5\nhandled 0\nsigtimedwait 10\n", .refused = "blocks it"},
};

static const struct strike pulse_rows[] = {
	{"epoll_wait of a program without handlers ends with EINTR", "epoll", "epoll_wait",
	 .phase = PHASE_BLOCKED, .action = PULSE(5), .out = "epoll_wait EINTR\n", .fired = 1},
	{"epoll_wait that has not begun", "epoll", "epoll_wait", .action = PULSE(5),
	 .out = "epoll_wait EINTR\n", .fired = 1},
	{"a read goes on", "slow-data", "read", STRIKE_IN, PHASE_BLOCKED, .action = PULSE(5),
	 .stays = true, .fired = 1},
	{"it lasts", "timed", "read", STRIKE_IN, .action = PULSE(40),
	 .out = "read 5\nhandled 0\nslow\n", .fired = 1},
	{"nobody there", "timed", "read", STRIKE_IN, .action = PULSE(40), .of_child = 1,
	 .out = "read 5\nhandled 0\nfast\n", .refused = "to stop is not there"},
};
/* clang-format on */

Test(fault_signal, pending_at_the_start_of_the_call)
{
	strike_all(pending_rows, ARRAY_SIZE(pending_rows));
}

Test(fault_signal, once_it_is_asleep)
{
	strike_all(blocked_rows, ARRAY_SIZE(blocked_rows));
}

Test(fault_signal, before_and_after)
{
	strike_all(around_rows, ARRAY_SIZE(around_rows));
}

Test(fault_signal, many_at_once)
{
	strike_all(many_rows, ARRAY_SIZE(many_rows));
}

Test(fault_signal, refused_where_nobody_would_notice)
{
	strike_all(refused_rows, ARRAY_SIZE(refused_rows));
}

Test(fault_signal, pulse_is_real_job_control)
{
	strike_all(pulse_rows, ARRAY_SIZE(pulse_rows));
}
