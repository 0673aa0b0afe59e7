/*
 * Connected sockets: the other end closed, half closed, reset; buffers
 * made small, full, empty.
 */
#include <criterion/criterion.h>
#include <sys/socket.h>

#include "base/util.h"
#include "strike.h"

/* clang-format off */
#define DO(kind_)	{ .kind = (kind_), .on = true }
#define SHUTDOWN(how_)	{ .kind = ACTION_SHUTDOWN, .shutdown_how = (how_) }
#define CAPACITY(n)	{ .kind = ACTION_CAPACITY, .bytes = (n) }
#define RESET		DO(ACTION_RESET)
#define CLOSE_PEER	DO(ACTION_CLOSE_PEER)
#define FILL		DO(ACTION_FILL)
#define DRAIN		DO(ACTION_DRAIN)

static const struct strike reset_rows[] = {
	{"tcp, at a recv", "tcp:recv", "recv", .fd = 11, .action = RESET,
	 .out = "recv ECONNRESET\nsend EPIPE\nfar recv ECONNABORTED\nfar send EPIPE\n", .fired = 1},
	{"tcp, asleep", "tcp:child", "recv", .fd = 11, .phase = PHASE_BLOCKED, .action = RESET,
	 .out = "recv ECONNRESET\nsend EPIPE\n", .fired = 1},
	{"unix, at a recv", "unix:recv", "recv", .fd = 11, .action = RESET,
	 .out = "recv ECONNRESET\nsend EPIPE\nfar recv 0\nfar send EPIPE\n", .fired = 1},
	{"unix, asleep", "unix:child", "recv", .fd = 11, .phase = PHASE_BLOCKED, .action = RESET,
	 .out = "recv ECONNRESET\nsend EPIPE\n", .fired = 1},
	{"a listener", "tcp:listen", "accept", .fd = 11, .action = RESET,
	 .out = "accept EINTR\n", .refused = "is a listening socket"},
};

static const struct strike close_rows[] = {
	{"tcp, at a recv", "tcp:recv", "recv", .fd = 11, .action = CLOSE_PEER,
	 .out = "recv 0\nsend 1\nfar recv 0\nfar send EPIPE\n", .fired = 1},
	{"tcp, asleep", "tcp:child", "recv", .fd = 11, .phase = PHASE_BLOCKED, .action = CLOSE_PEER,
	 .out = "recv 0\nsend 1\n", .fired = 1},
	{"unix, at a recv", "unix:recv", "recv", .fd = 11, .action = CLOSE_PEER,
	 .out = "recv 0\nsend EPIPE\nfar recv 0\nfar send EPIPE\n", .fired = 1},
	{"unix, asleep", "unix:child", "recv", .fd = 11, .phase = PHASE_BLOCKED, .action = CLOSE_PEER,
	 .out = "recv 0\nsend EPIPE\n", .fired = 1},
	{"unix, twice", "unix:child", "recv", .fd = 11, .nth = 1, .last = 2, .action = CLOSE_PEER,
	 .out = "recv 0\nsend EPIPE\n", .fired = 1},
};

static const struct strike shutdown_rows[] = {
	{"tcp, it sends no more", "tcp:recv", "recv", .fd = 11, .action = SHUTDOWN(SHUT_WR),
	 .out = "recv 0\nsend 1\nfar recv 1\nfar send EPIPE\n", .fired = 1},
	{"unix, it sends no more", "unix:recv", "recv", .fd = 11, .action = SHUTDOWN(SHUT_WR),
	 .out = "recv 0\nsend 1\nfar recv 1\nfar send EPIPE\n", .fired = 1},
	{"unix, asleep", "unix:child", "recv", .fd = 11, .phase = PHASE_BLOCKED,
	 .action = SHUTDOWN(SHUT_WR), .out = "recv 0\nsend 1\n", .fired = 1},
	{"tcp, asleep", "tcp:child", "recv", .fd = 11, .phase = PHASE_BLOCKED,
	 .action = SHUTDOWN(SHUT_WR), .out = "recv 0\nsend 1\n", .fired = 1},
	{"unix, it reads no more", "unix:twice", "send", .fd = 11, .action = SHUTDOWN(SHUT_RD),
	 .out = "send EPIPE\nsend EPIPE\nfar recv 0\n", .fired = 1},
	{"tcp, it reads no more", "tcp:twice", "send", .fd = 11, .action = SHUTDOWN(SHUT_RD),
	 .out = "send 3\nsend 2\nfar recv 5\n", .fired = 1},
	{"unix, both", "unix:recv", "recv", .fd = 11, .action = SHUTDOWN(SHUT_RDWR),
	 .out = "recv 0\nsend EPIPE\nfar recv 0\nfar send EPIPE\n", .fired = 1},
};

static const struct strike buffer_rows[] = {
	{"unix full", "unix:full", "send", .fd = 11, .action = FILL,
	 .out = "send EAGAIN\nfar recv EAGAIN\nsend 3\nfar recv 3\n", .fired = 1},
	{"tcp full", "tcp:full", "send", .fd = 11, .action = FILL,
	 .out = "send EAGAIN\nfar recv EAGAIN\nsend 3\nfar recv 3\n", .fired = 1},
	{"with data on the way", "unix:twice", "send", .fd = 11, .nth = 2, .action = FILL,
	 .out = "send 3\nsend 2\nfar recv 5\n", .refused = "data is on the way"},
	{"unix emptied", "unix:twice", "send", .fd = 11, .nth = 2, .action = DRAIN,
	 .out = "send 3\nsend 2\nfar recv 2\n", .fired = 1},
	{"tcp emptied", "tcp:twice", "send", .fd = 11, .nth = 2, .action = DRAIN,
	 .out = "send 3\nsend 2\nfar recv 2\n", .fired = 1},
	{"emptied at the receiver", "tcp:twice", "recv", .fd = 10, .action = DRAIN,
	 .out = "send 3\nsend 2\nfar recv EAGAIN\n", .fired = 1},
	{"nothing there", "unix:recv", "recv", .fd = 11, .action = DRAIN,
	 .out = "recv EINTR\nsend 1\nfar recv 1\nfar send 1\n", .refused = "nothing was on the way"},
	{"unix, small", "unix:size", "send", .fd = 11, .action = CAPACITY(4096),
	 .out = "little\n", .fired = 1},
	{"tcp, small", "tcp:size", "send", .fd = 11, .action = CAPACITY(4096),
	 .out = "little\n", .fired = 1},
	{"not struck", "tcp:size", "recv", .action = CAPACITY(4096), .out = "much\n"},
	{"larger than allowed", "unix:size", "send", .fd = 11, .action = CAPACITY(1u << 29),
	 .out = NULL, .refused = "the kernel allows"},
};

static const struct strike packet_rows[] = {
	{"datagrams full", "dgram:full", "send", .fd = 11, .action = FILL,
	 .out = "send EAGAIN\nfar recv EAGAIN\nsend 3\nfar recv 3\n", .fired = 1},
	{"packets full", "seqpacket:full", "send", .fd = 11, .action = FILL,
	 .out = "send EAGAIN\nfar recv EAGAIN\nsend 3\nfar recv 3\n", .fired = 1},
	{"with messages on the way", "dgram:twice", "send", .fd = 11, .nth = 2, .action = FILL,
	 .out = "send 3\nsend 2\nfar recv 3\n", .refused = "messages are on the way"},
	{"UDP is never full", "udp:twice", "send", .fd = 11, .action = FILL,
	 .out = "send 3\nsend 2\nfar recv 3\n", .refused = "means nothing to"},
	{"datagrams emptied", "dgram:twice", "send", .fd = 11, .nth = 2, .action = DRAIN,
	 .out = "send 3\nsend 2\nfar recv 2\n", .fired = 1},
	{"packets emptied", "seqpacket:twice", "send", .fd = 11, .nth = 2, .action = DRAIN,
	 .out = "send 3\nsend 2\nfar recv 2\n", .fired = 1},
	{"emptied at the receiver", "seqpacket:twice", "recv", .fd = 10, .action = DRAIN,
	 .out = "send 3\nsend 2\nfar recv EAGAIN\n", .fired = 1},
	{"UDP emptied at the receiver", "udp:twice", "recv", .fd = 10, .action = DRAIN,
	 .out = "send 3\nsend 2\nfar recv EAGAIN\n", .fired = 1},
	{"UDP at the sender", "udp:twice", "send", .fd = 11, .nth = 2, .action = DRAIN,
	 .out = "send 3\nsend 2\nfar recv 3\n", .refused = "strike its receive"},
	{"nothing there", "dgram:twice", "send", .fd = 11, .action = DRAIN,
	 .out = "send 3\nsend 2\nfar recv 3\n", .refused = "nothing was on the way"},
	{"small for a datagram", "dgram:message", "send", .fd = 11, .action = CAPACITY(4096),
	 .out = "send EMSGSIZE\n", .fired = 1},
	{"small for a packet", "seqpacket:message", "send", .fd = 11, .action = CAPACITY(4096),
	 .out = "send EMSGSIZE\n", .fired = 1},
	{"small for UDP", "udp:message", "send", .fd = 11, .action = CAPACITY(4096), .fired = 1},
	{"not struck", "dgram:message", "recv", .action = CAPACITY(4096), .out = "send 16384\n"},
	{"nobody has named it", "dgram:twice", "send", .fd = 11, .action = DO(ACTION_UNLINK),
	 .out = "send 3\nsend 2\nfar recv 3\n", .refused = "has no file"},
};
/* clang-format on */

static void strike_sockets(const struct strike *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct strike row = rows[i];

		row.program = "engine-sockets";
		strike_all(&row, 1);
	}
}

Test(fault_socket, reset)
{
	strike_sockets(reset_rows, ARRAY_SIZE(reset_rows));
}

Test(fault_socket, close_peer)
{
	strike_sockets(close_rows, ARRAY_SIZE(close_rows));
}

Test(fault_socket, shutdown)
{
	strike_sockets(shutdown_rows, ARRAY_SIZE(shutdown_rows));
}

Test(fault_socket, buffers)
{
	strike_sockets(buffer_rows, ARRAY_SIZE(buffer_rows));
}

Test(fault_socket, messages)
{
	strike_sockets(packet_rows, ARRAY_SIZE(packet_rows));
}
