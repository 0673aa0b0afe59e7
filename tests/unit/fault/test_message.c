/*
 * Messages that are lost, come twice, late, cut, or without descriptors.
 */
#include <criterion/criterion.h>

#include "base/util.h"
#include "strike.h"

#define ACTION(kind_)                                                                              \
	{                                                                                          \
		.kind = (kind_), .on = true                                                        \
	}
#define DROP	  ACTION(ACTION_DROP)
#define DUPLICATE ACTION(ACTION_DUPLICATE)
#define REORDER	  ACTION(ACTION_REORDER)
#define LOSE_FDS  ACTION(ACTION_LOSE_FDS)
#define TRUNCATE(n)                                                                                \
	{                                                                                          \
		.kind = ACTION_TRUNCATE_MESSAGE, .bytes = (n)                                      \
	}
#define CORRUPT(n)                                                                                 \
	{                                                                                          \
		.kind = ACTION_CORRUPT, .bytes = (n)                                               \
	}
#define MESSAGES .program = "engine-messages"
#define SENT	 "sent 5\nsent 6\nsent 5\n"
#define QUEUED	 "sent 0\nsent 0\nsent 0\n"
#define REST	 "got 6 'second'\ngot 5 'third'\n"
#define ALL	 "got 5 'first'\ngot 6 'second'\ngot 5 'third'\n"

/* clang-format off */
/* The sender is told that all is well, the receiver never sees it. */
static const struct strike drop_rows[] = {
	{"write", "udp-write", "write", 11, MESSAGES, .nth = 2, .action = DROP,
	 .out = SENT "got 5 'first'\ngot 5 'third'\n", .fired = 1},
	{"writev", "udp-writev", "writev", 11, MESSAGES, .nth = 2, .action = DROP,
	 .out = SENT "got 5 'first'\ngot 5 'third'\n", .fired = 1},
	{"sendto", "udp-sendto", "sendto", 11, MESSAGES, .nth = 1, .last = 2, .action = DROP,
	 .out = SENT "got 5 'third'\n", .fired = 2},
	{"sendmsg", "udp-sendmsg", "sendmsg", 11, MESSAGES, .nth = 3, .action = DROP,
	 .out = SENT "got 5 'first'\ngot 6 'second'\n", .fired = 1},
	{"sendmmsg", "udp-sendmmsg", "sendmmsg", 11, MESSAGES, .action = DROP,
	 .out = SENT "got 6 'second'\ngot 5 'third'\n", .fired = 1},
	{"read", "udp-read", "read", 10, MESSAGES, .nth = 2, .action = DROP,
	 .out = SENT "got 5 'first'\ngot 5 'third'\n", .fired = 1},
	{"readv", "udp-readv", "readv", 10, MESSAGES, .action = DROP,
	 .out = SENT "got 6 'second'\ngot 5 'third'\n", .fired = 1},
	{"recvfrom", "udp-recvfrom", "recvfrom", 10, MESSAGES, .action = DROP,
	 .out = SENT "name 16 family 2 got 6 'second'\nname 16 family 2 got 5 'third'\n", .fired = 1},
	{"recvmsg", "udp-recvmsg", "recvmsg", 10, MESSAGES, .action = DROP,
	 .out = SENT "flags 0 name 16 got 6 'second'\nflags 0 name 16 got 5 'third'\n", .fired = 1},
	{"recvmmsg", "udp-recvmmsg", "recvmmsg", 10, MESSAGES, .action = DROP,
	 .out = SENT "flags 0 name 16 got 6 'second'\nflags 0 name 16 got 5 'third'\n", .fired = 1},
	{"asleep in it", "udp-asleep", "read", 10, MESSAGES, .action = DROP,
	 .out = "got 6 'second'\ngot 5 'third'\n", .fired = 1},
	{"a Unix socket loses nothing", "unix-write", "write", 11, MESSAGES, .action = DROP,
	 .out = SENT ALL, .refused = "neither loses messages"},
	{"but an adversary does", "unix-write", "write", 11, MESSAGES, .action = DROP,
	 .model = MODEL_ADVERSARIAL, .out = SENT "got 6 'second'\ngot 5 'third'\n", .fired = 1},
	{"packets", "packet-read", "read", 10, MESSAGES, .action = DROP,
	 .model = MODEL_ADVERSARIAL, .out = SENT "got 6 'second'\ngot 5 'third'\n", .fired = 1},
	{"the end is no message", "packet-end", "read", 10, MESSAGES, .action = DROP,
	 .model = MODEL_ADVERSARIAL, .out = "got 0 ''\n", .refused = "there was no message"},
	{"a stream has none", "stream-write", "write", 11, MESSAGES, .action = DROP,
	 .out = SENT "got 16 'firstsecondthird'\n", .refused = "keeps no messages apart"},
	{"a queue loses nothing", "posix-mq", "mq_send", 11, MESSAGES, .action = DROP,
	 .out = QUEUED ALL, .refused = "a queue neither loses"},
	{"mq_send", "posix-mq", "mq_send", 11, MESSAGES, .action = DROP,
	 .model = MODEL_ADVERSARIAL, .out = QUEUED "got 6 'second'\ngot 5 'third'\n", .fired = 1},
	{"mq_receive", "posix-mq", "mq_receive", 10, MESSAGES, .action = DROP,
	 .model = MODEL_ADVERSARIAL, .out = QUEUED "got 6 'second'\ngot 5 'third'\n", .fired = 1},
	{"msgsnd", "sysv-msg", "msgsnd", 0, MESSAGES, .nth = 2, .action = DROP,
	 .model = MODEL_ADVERSARIAL, .out = QUEUED "got 5 'first'\ngot 5 'third'\n", .fired = 1},
	{"msgrcv", "sysv-msg", "msgrcv", 0, MESSAGES, .nth = 2, .action = DROP,
	 .model = MODEL_ADVERSARIAL, .out = QUEUED "got 5 'first'\ngot 5 'third'\n", .fired = 1},
	{"a System V queue loses nothing", "sysv-msg", "msgrcv", 0, MESSAGES, .action = DROP,
	 .out = QUEUED ALL, .refused = "a queue neither loses"},
};

static const struct strike duplicate_rows[] = {
	{"write", "udp-write", "write", 11, MESSAGES, .nth = 2, .action = DUPLICATE,
	 .out = SENT "got 5 'first'\ngot 6 'second'\ngot 6 'second'\ngot 5 'third'\n", .fired = 1},
	{"writev", "udp-writev", "writev", 11, MESSAGES, .nth = 2, .action = DUPLICATE,
	 .out = SENT "got 5 'first'\ngot 6 'second'\ngot 6 'second'\ngot 5 'third'\n", .fired = 1},
	{"sendto", "udp-sendto", "sendto", 11, MESSAGES, .nth = 3, .action = DUPLICATE,
	 .out = SENT ALL "got 5 'third'\n", .fired = 1},
	{"sendmsg", "udp-sendmsg", "sendmsg", 11, MESSAGES, .nth = 3, .action = DUPLICATE,
	 .out = SENT ALL "got 5 'third'\n", .fired = 1},
	{"sendmmsg", "udp-sendmmsg", "sendmmsg", 11, MESSAGES, .nth = 3, .action = DUPLICATE,
	 .out = SENT ALL "got 5 'third'\n", .fired = 1},
	{"read", "udp-read", "read", 10, MESSAGES, .action = DUPLICATE,
	 .out = SENT "got 5 'first'\n" ALL, .fired = 1},
	{"readv", "udp-readv", "readv", 10, MESSAGES, .action = DUPLICATE,
	 .out = SENT "got 5 'first'\n" ALL, .fired = 1},
	{"recvfrom", "udp-recvfrom", "recvfrom", 10, MESSAGES, .nth = 3, .action = DUPLICATE,
	 .out = SENT "name 16 family 2 got 5 'first'\nname 16 family 2 got 6 'second'\n"
		"name 16 family 2 got 5 'third'\nname 16 family 2 got 5 'third'\n", .fired = 1},
	{"recvmmsg", "udp-recvmmsg", "recvmmsg", 10, MESSAGES, .nth = 3, .action = DUPLICATE,
	 .out = SENT "flags 0 name 16 got 5 'first'\nflags 0 name 16 got 6 'second'\n"
		"flags 0 name 16 got 5 'third'\nflags 0 name 16 got 5 'third'\n", .fired = 1},
	{"asleep in it", "udp-asleep", "read", 10, MESSAGES, .action = DUPLICATE,
	 .out = "got 5 'first'\ngot 5 'first'\n", .fired = 1},
	{"a Unix socket repeats nothing", "unix-write", "write", 11, MESSAGES, .action = DUPLICATE,
	 .out = SENT ALL, .refused = "neither loses messages"},
	{"mq_send", "posix-mq", "mq_send", 11, MESSAGES, .action = DUPLICATE,
	 .model = MODEL_ADVERSARIAL, .out = QUEUED "got 5 'first'\n" ALL, .fired = 1},
	{"mq_receive", "posix-mq", "mq_receive", 10, MESSAGES, .action = DUPLICATE,
	 .model = MODEL_ADVERSARIAL, .out = QUEUED ALL, .refused = "strike the call that sends"},
	{"msgsnd", "sysv-msg", "msgsnd", 0, MESSAGES, .action = DUPLICATE,
	 .model = MODEL_ADVERSARIAL, .out = QUEUED "got 5 'first'\n" ALL, .fired = 1},
};

static const struct strike reorder_rows[] = {
	{"write", "udp-write", "write", 11, MESSAGES, .action = REORDER,
	 .out = SENT "got 6 'second'\ngot 5 'first'\ngot 5 'third'\n", .fired = 1},
	{"sendto", "udp-sendto", "sendto", 11, MESSAGES, .action = REORDER,
	 .out = SENT "got 6 'second'\ngot 5 'first'\ngot 5 'third'\n", .fired = 1},
	{"sendmsg", "udp-sendmsg", "sendmsg", 11, MESSAGES, .nth = 2, .action = REORDER,
	 .out = SENT "got 5 'first'\ngot 5 'third'\ngot 6 'second'\n", .fired = 1},
	{"sendmmsg", "udp-sendmmsg", "sendmmsg", 11, MESSAGES, .nth = 2, .action = REORDER,
	 .out = SENT "got 5 'first'\ngot 5 'third'\ngot 6 'second'\n", .fired = 1},
	{"none follows", "udp-write", "write", 11, MESSAGES, .nth = 3, .action = REORDER,
	 .out = SENT "got 5 'first'\ngot 6 'second'\n", .refused = "no other message followed"},
	{"at a receive", "udp-read", "read", 10, MESSAGES, .action = REORDER, .out = SENT ALL,
	 .refused = "strike the call that sends"},
	{"a Unix socket keeps the order", "unix-write", "write", 11, MESSAGES, .action = REORDER,
	 .out = SENT ALL, .refused = "reorders"},
	{"but an adversary does not", "unix-write", "write", 11, MESSAGES, .action = REORDER,
	 .model = MODEL_ADVERSARIAL,
	 .out = SENT "got 6 'second'\ngot 5 'first'\ngot 5 'third'\n", .fired = 1},
	{"mq_send", "posix-mq", "mq_send", 11, MESSAGES, .action = REORDER,
	 .model = MODEL_ADVERSARIAL,
	 .out = QUEUED "got 6 'second'\ngot 5 'first'\ngot 5 'third'\n", .fired = 1},
	{"msgsnd", "sysv-msg", "msgsnd", 0, MESSAGES, .action = REORDER,
	 .model = MODEL_ADVERSARIAL,
	 .out = QUEUED "got 6 'second'\ngot 5 'first'\ngot 5 'third'\n", .fired = 1},
};

/* 0x20 is MSG_TRUNC. */
static const struct strike truncate_rows[] = {
	{"read", "udp-read", "read", 10, MESSAGES, .nth = 2, .action = TRUNCATE(4),
	 .out = SENT "got 5 'first'\ngot 4 'seco'\ngot 5 'third'\n", .fired = 1},
	{"readv", "udp-readv", "readv", 10, MESSAGES, .nth = 2, .action = TRUNCATE(4),
	 .out = SENT "got 5 'first'\ngot 4 'seco'\ngot 5 'third'\n", .fired = 1},
	{"recvfrom", "udp-recvfrom", "recvfrom", 10, MESSAGES, .nth = 3, .action = TRUNCATE(0),
	 .out = SENT "name 16 family 2 got 5 'first'\nname 16 family 2 got 6 'second'\n"
		"name 16 family 2 got 0 ''\n", .fired = 1},
	{"recvmsg", "unix-recvmsg", "recvmsg", 10, MESSAGES, .nth = 2, .action = TRUNCATE(2),
	 .out = SENT "flags 0 name 0 got 5 'first'\nflags 0x20 name 0 got 2 'se'\n"
		"flags 0 name 0 got 5 'third'\n", .fired = 1},
	{"recvmmsg", "packet-recvmmsg", "recvmmsg", 10, MESSAGES, .nth = 2, .action = TRUNCATE(4),
	 .out = SENT "flags 0 name 0 got 5 'first'\nflags 0x20 name 0 got 4 'seco'\n"
		"flags 0 name 0 got 5 'third'\n", .fired = 1},
	{"short enough", "udp-read", "read", 10, MESSAGES, .action = TRUNCATE(5),
	 .out = SENT ALL, .refused = "was not longer"},
	{"as large as the buffer", "udp-read", "read", 10, MESSAGES, .action = TRUNCATE(32),
	 .out = SENT ALL, .refused = "room for 32 bytes only"},
	{"at a send", "udp-write", "write", 11, MESSAGES, .action = TRUNCATE(2),
	 .out = SENT ALL, .refused = "strike the receive"},
	{"at a send, by an adversary", "udp-write", "write", 11, MESSAGES, .action = TRUNCATE(2),
	 .model = MODEL_ADVERSARIAL,
	 .out = SENT "got 2 'fi'\ngot 6 'second'\ngot 5 'third'\n", .fired = 1},
	{"mq_receive gives EMSGSIZE", "posix-mq", "mq_receive", 10, MESSAGES, .action = TRUNCATE(3),
	 .out = QUEUED ALL, .refused = "EMSGSIZE"},
	{"mq_receive, by an adversary", "posix-mq", "mq_receive", 10, MESSAGES,
	 .action = TRUNCATE(3), .model = MODEL_ADVERSARIAL,
	 .out = QUEUED "got 3 'fir'\ngot 6 'second'\ngot 5 'third'\n", .fired = 1},
	{"mq_send, by an adversary", "posix-mq", "mq_send", 11, MESSAGES,
	 .action = TRUNCATE(3), .model = MODEL_ADVERSARIAL,
	 .out = QUEUED "got 3 'fir'\ngot 6 'second'\ngot 5 'third'\n", .fired = 1},
	{"msgrcv gives E2BIG", "sysv-msg", "msgrcv", 0, MESSAGES, .action = TRUNCATE(3),
	 .out = QUEUED ALL, .refused = "E2BIG"},
	{"msgrcv with MSG_NOERROR", "sysv-noerror", "msgrcv", 0, MESSAGES, .action = TRUNCATE(3),
	 .out = QUEUED "got 3 'fir'\ngot 6 'second'\ngot 5 'third'\n", .fired = 1},
	{"msgrcv, short enough", "sysv-noerror", "msgrcv", 0, MESSAGES, .action = TRUNCATE(5),
	 .out = QUEUED ALL, .refused = "was not longer"},
};

/* 0x8 is MSG_CTRUNC; nobody has the pipe open any more then. */
static const struct strike lose_rows[] = {
	{"on a stream", "stream-pass", "recvmsg", 10, MESSAGES, .action = LOSE_FDS,
	 .out = "got 1 flags 0x8 control 0 none\npipe 0\n", .fired = 1},
	{"on datagrams", "unix-pass", "recvmsg", 10, MESSAGES, .action = LOSE_FDS,
	 .out = "got 1 flags 0x8 control 0 none\npipe 0\n", .fired = 1},
	{"no fault", "unix-pass", "recvmsg", 10, MESSAGES, .nth = 2, .action = LOSE_FDS,
	 .out = "got 1 flags 0 control 24 descriptors\n"},
	{"at the send", "unix-pass", "sendmsg", 11, MESSAGES, .action = LOSE_FDS,
	 .out = "got 1 flags 0 control 24 descriptors\n", .refused = "strike recvmsg"},
	{"without descriptors", "unix-recvmsg", "recvmsg", 10, MESSAGES, .action = LOSE_FDS,
	 .out = SENT "flags 0 name 0 got 5 'first'\nflags 0 name 0 got 6 'second'\n"
		"flags 0 name 0 got 5 'third'\n", .refused = "has brought no descriptors"},
	{"by read", "unix-read", "read", 10, MESSAGES, .action = LOSE_FDS,
	 .out = SENT ALL, .refused = "receives no descriptors"},
	{"UDP", "udp-recvmsg", "recvmsg", 10, MESSAGES, .nth = 3, .action = LOSE_FDS,
	 .refused = "keeps no messages apart"},
};

/* Which bits: drawn from the seed, which is 0 here. */
static const struct strike corrupt_rows[] = {
	{"write", "udp-write", "write", 11, MESSAGES, .action = CORRUPT(1),
	 .model = MODEL_ADVERSARIAL, .out = SENT "got 5 'f\351rst'\n" REST, .fired = 1},
	{"a stream", "stream-write", "write", 11, MESSAGES, .nth = 2, .action = CORRUPT(3),
	 .model = MODEL_ADVERSARIAL, .out = SENT "got 16 'firstsec\377~dthird'\n", .fired = 1},
	{"writev", "unix-writev", "writev", 11, MESSAGES, .nth = 2, .action = CORRUPT(8),
	 .model = MODEL_ADVERSARIAL, .out = SENT "got 5 'first'\ngot 6 'sea\377vx'\ngot 5 'third'\n", .fired = 1},
	{"sendmmsg", "udp-sendmmsg", "sendmmsg", 11, MESSAGES, .nth = 2, .action = CORRUPT(40),
	 .model = MODEL_ADVERSARIAL, .out = SENT ALL, .refused = "not more than 32 bits"},
	{"more than there are", "udp-write", "write", 11, MESSAGES, .nth = 3,
	 .action = CORRUPT(41), .model = MODEL_ADVERSARIAL, .out = SENT ALL, .refused = "bits"},
	{"read", "udp-read", "read", 10, MESSAGES, .action = CORRUPT(1),
	 .model = MODEL_ADVERSARIAL, .out = SENT "got 5 'f\351rst'\n" REST, .fired = 1},
	{"recvmmsg", "unix-recvmmsg", "recvmmsg", 10, MESSAGES, .action = CORRUPT(2),
	 .model = MODEL_ADVERSARIAL, .out = SENT "flags 0 name 0 got 5 'f\351bst'\nflags 0 name 0 got 6 'second'\n"
		"flags 0 name 0 got 5 'third'\n", .fired = 1},
	{"mq_send", "posix-mq", "mq_send", 11, MESSAGES, .action = CORRUPT(1),
	 .model = MODEL_ADVERSARIAL, .out = QUEUED "got 5 'f\351rst'\n" REST, .fired = 1},
	{"mq_receive", "posix-mq", "mq_receive", 10, MESSAGES, .action = CORRUPT(1),
	 .model = MODEL_ADVERSARIAL, .out = QUEUED "got 5 'f\351rst'\n" REST, .fired = 1},
	{"msgsnd", "sysv-msg", "msgsnd", 0, MESSAGES, .action = CORRUPT(1),
	 .model = MODEL_ADVERSARIAL, .out = QUEUED "got 5 'f\351rst'\n" REST, .fired = 1},
	{"msgrcv", "sysv-msg", "msgrcv", 0, MESSAGES, .action = CORRUPT(1),
	 .model = MODEL_ADVERSARIAL, .out = QUEUED "got 5 'f\351rst'\n" REST, .fired = 1},
	{"Linux does not", "udp-write", "write", 11, MESSAGES, .action = CORRUPT(1),
	 .out = SENT ALL, .refused = "checksums"},
	{"nor here", "unix-write", "write", 11, MESSAGES, .action = CORRUPT(1),
	 .out = SENT ALL, .refused = "nothing damages"},
};

/* A pipe, by engine-victim. */
static const struct strike corrupt_pipe_rows[] = {
	{"a pipe", "write", "write", STRIKE_OUT, .action = CORRUPT(1),
	 .model = MODEL_ADVERSARIAL, .out = "write 11\nleft 'he\354lo world'\n", .fired = 1},
	{"what a pipe brings", "read", "read", STRIKE_IN, .action = CORRUPT(1),
	 .model = MODEL_ADVERSARIAL, .out = "read 11\ngot 'he\354lo world'\nleft ''\n", .fired = 1},
};
/* clang-format on */

Test(fault_message, drop)
{
	strike_all(drop_rows, ARRAY_SIZE(drop_rows));
}

Test(fault_message, duplicate)
{
	strike_all(duplicate_rows, ARRAY_SIZE(duplicate_rows));
}

Test(fault_message, reorder)
{
	strike_all(reorder_rows, ARRAY_SIZE(reorder_rows));
}

Test(fault_message, truncate)
{
	strike_all(truncate_rows, ARRAY_SIZE(truncate_rows));
}

Test(fault_message, lose_fds)
{
	strike_all(lose_rows, ARRAY_SIZE(lose_rows));
}

Test(fault_message, corrupt)
{
	strike_all(corrupt_rows, ARRAY_SIZE(corrupt_rows));
	strike_all(corrupt_pipe_rows, ARRAY_SIZE(corrupt_pipe_rows));
}
