/*
 * What a call at hand may do: its arguments as a struct kernel_moment, and
 * the rules for results that are no errors.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "base/util.h"
#include "sys/kernel_internal.h"

/* Where a call's own flags are that keep it from waiting. */
static const struct flag_row {
	const char *call;
	unsigned arg;
	uint64_t bits;
} flags[] = {
	{"recvfrom", 3, MSG_DONTWAIT},	 {"recvmsg", 2, MSG_DONTWAIT},
	{"recvmmsg", 3, MSG_DONTWAIT},	 {"sendto", 3, MSG_DONTWAIT},
	{"sendmsg", 2, MSG_DONTWAIT},	 {"sendmmsg", 3, MSG_DONTWAIT},
	{"msgsnd", 3, IPC_NOWAIT},	 {"msgrcv", 4, IPC_NOWAIT},
	{"wait4", 2, WNOHANG},		 {"waitid", 3, WNOHANG},
	{"flock", 1, LOCK_NB},		 {"splice", 5, SPLICE_F_NONBLOCK},
	{"tee", 3, SPLICE_F_NONBLOCK},	 {"vmsplice", 3, SPLICE_F_NONBLOCK},
	{"preadv2", 5, RWF_NOWAIT},	 {"pwritev2", 5, RWF_NOWAIT},
	{"getrandom", 2, GRND_NONBLOCK}, {"open", 1, O_NONBLOCK},
	{"openat", 2, O_NONBLOCK},
};

static const struct flag_row *flags_of(const struct kernel_moment *m)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (is_call(m, flags[i].call))
			return &flags[i];
	return NULL;
}

static bool is_socket_call(const struct kernel_moment *m)
{
	const struct flag_row *row = flags_of(m);

	return row && row->bits == MSG_DONTWAIT;
}

/* O_NONBLOCK means nothing to the calls that wait for something else than the descriptor. */
static bool obeys_o_nonblock(const struct syscall_row *row)
{
	return row->fd_arg >= 0 && row->timeout == TIMEOUT_NONE &&
	       strcmp(row->name, "flock") != 0 && strcmp(row->name, "fcntl") != 0;
}

static bool is_queue_call(const struct kernel_moment *m)
{
	return is_call(m, "mq_timedsend") || is_call(m, "mq_timedreceive");
}

static bool is_nonblocking(const struct kernel_moment *m, const struct syscall_row *row,
			   int open_flags)
{
	const struct flag_row *own = flags_of(m);

	if (own && m->args[own->arg] & own->bits)
		return true;
	if (open_flags & O_NONBLOCK &&
	    (obeys_o_nonblock(row) || is_queue_call(m) || is_call(m, "recvmmsg")))
		return true;
	return row->timeout == TIMEOUT_INT_MS && m->args[row->timeout_arg] == 0;
}

static uint64_t length_of(const struct syscall_row *row, const uint64_t *args)
{
	switch (row->transfer) {
	case TRANSFER_BUFFER:
		return args[2];
	case TRANSFER_LENGTH:
		return args[row->length_arg];
	default: /* in the program's memory */
		return 0;
	}
}

void kernel_moment_from_call(struct kernel_moment *m, int syscall_id,
			     const uint64_t args[SYSCALL_ARGS], int open_flags)
{
	const struct syscall_row *row = syscall_get(syscall_id);
	const struct flag_row *own;

	m->syscall_id = syscall_id;
	m->args = args;
	if (!row)
		return;
	if (!m->length)
		m->length = length_of(row, args);
	m->nonblocking |= is_nonblocking(m, row, open_flags);
	m->time_limited |= syscall_has_time_limit(syscall_id, args);
	m->unlocks |= is_call(m, "flock") && (args[1] & LOCK_UN) != 0;
	if (!is_socket_call(m))
		return;
	own = flags_of(m);
	m->waits_for_all |= (args[own->arg] & MSG_WAITALL) != 0;
	m->sigpipe_ignored |= (args[own->arg] & MSG_NOSIGNAL) != 0;
}

/* Kinds that move whole units: messages, counters, structures. */
#define KINDS_WHOLE                                                                                \
	(KIND(UNIX_DGRAM) | KIND(UNIX_SEQPACKET) | KIND(UDP) | KIND(MQUEUE) | KIND(EVENTFD) |      \
	 KIND(TIMERFD) | KIND(SIGNALFD) | KIND(INOTIFY))

#define GETRANDOM_WHOLE 256 /* getrandom(2): up to there a signal does not cut it */

/* They stop early on regular files too, when a signal comes: measured for both. */
static bool copies_between_files(const struct kernel_moment *m)
{
	return is_call(m, "copy_file_range") || is_call(m, "sendfile");
}

static const char *check_short_write(const struct kernel_moment *m)
{
	if (is_kind(m, KIND(PIPE) | KIND(FIFO)) && m->length && m->length <= PIPE_BUF)
		return "a pipe takes up to PIPE_BUF (4096) bytes all at once or not at all";
	if (!m->nonblocking && !m->shared_description)
		return "a write that waits is cut only by a signal; use `signal:` with "
		       "`when: blocked`, or `pulse`";
	return NULL;
}

static const char *check_short(const struct kernel_moment *m)
{
	const struct syscall_row *row = syscall_get(m->syscall_id);

	if (!row || !row->may_be_short)
		return "this call moves all or nothing";
	if (m->length == 1)
		return "one byte cannot be cut";
	if (is_kind(m, KINDS_WHOLE) && row->transfer != TRANSFER_MMSGHDR)
		return "messages and counters move as a whole; use `truncate-message` where the "
		       "receiver's buffer is too small";
	if (is_kind(m, KINDS_NEVER_WAIT) && !copies_between_files(m))
		return "regular files move all that was asked for; use `errno: ENOSPC` for a full "
		       "disk";
	if (is_call(m, "getrandom"))
		return m->length <= GETRANDOM_WHOLE ? "up to 256 random bytes come all at once"
						    : NULL;
	if (m->waits_for_all && !m->nonblocking)
		return "MSG_WAITALL is cut only by a signal; use `signal:` with `when: blocked`";
	/* What also reads (splice, sendfile) can run out of input. */
	if (row->families & FAMILY_WRITES && !(row->families & FAMILY_READS) &&
	    row->transfer != TRANSFER_MMSGHDR)
		return check_short_write(m);
	return NULL;
}

/* The end of a stream: real on what has ends, and it stays. */
static const char *check_end_of_file(const struct kernel_moment *m)
{
	if (!is_kind(m, KINDS_STREAM | KINDS_PIPE | KIND(TTY) | KIND(UNIX_SEQPACKET)))
		return "only pipes, terminals and connected sockets end";
	return m->persistent ? NULL
			     : "an end stays an end, but this fault fires once; use `close-peer: "
			       "all`, which is real, or let it go on with `nth: 1..`";
}

static bool is_futex_wait(const struct kernel_moment *m)
{
	return is_call(m, "futex") && m->args &&
	       syscall_is_member(m->syscall_id, FAMILY_WAITS, m->args);
}

static const char *check_return(const struct kernel_moment *m)
{
	const struct syscall_row *row = syscall_get(m->syscall_id);

	if (!row)
		return "ipcfault does not know this call";
	if (m->value < 0 && m->value >= -4095)
		return "a negative result is an error; use `errno`";
	if (m->value == 0 && is_futex_wait(m))
		return NULL; /* a spurious wake-up */
	if (m->value == 0 && row->families & FAMILY_WAITS &&
	    (row->timeout == TIMEOUT_INT_MS || row->timeout == TIMEOUT_POINTER))
		return m->time_limited ? NULL : "this call has no time limit that could run out";
	if (m->value == 0 && row->families & FAMILY_READS && row->fd2_arg < 0)
		return check_end_of_file(m);
	return "Linux does not make up results; say `model: adversarial` to do so";
}

bool kernel_allows_here(const struct kernel_moment *m, const char **ret_reason)
{
	bool after = m->action == ACTION_ERRNO_AFTER;

	switch (m->action) {
	case ACTION_ERRNO:
	case ACTION_ERRNO_AFTER:
		return kernel_verdict(kernel_check_errno(m->syscall_id, m->err, after, m),
				      ret_reason);
	case ACTION_SHORT:
		return kernel_verdict(check_short(m), ret_reason);
	case ACTION_RETURN:
		return kernel_verdict(check_return(m), ret_reason);
	case ACTION_DROP:
	case ACTION_DUPLICATE:
	case ACTION_REORDER:
	case ACTION_TRUNCATE_MESSAGE:
	case ACTION_CORRUPT:
		return kernel_verdict(kernel_check_message(m), ret_reason);
	default:
		return true;
	}
}
