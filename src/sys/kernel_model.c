#include "sys/kernel_model.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <string.h>

#include "base/util.h"
#include "sys/kernel_internal.h"

enum mode { MODE_INSTEAD = 1 << 0, MODE_AFTER = 1 << 1 };

enum condition {
	COND_NONBLOCK = 1 << 0,
	COND_SIGNAL = 1 << 1,
	COND_HANDLER = 1 << 2,
	COND_TIMED = 1 << 3,
	COND_DEAD = 1 << 4,
	COND_NO_SIGPIPE = 1 << 5,
	COND_FILE = 1 << 6,
	COND_STORAGE = 1 << 7,
	COND_TTY = 1 << 8,
	COND_DIRECTORY = 1 << 9,
	COND_UNSEEKABLE = 1 << 10,
	COND_TIMERFD = 1 << 11,
	COND_SOCKET = 1 << 12,
	COND_CONNECTED = 1 << 13,
	COND_CONNECTION = 1 << 14,
	COND_DATAGRAM = 1 << 15,
	COND_INET = 1 << 16,
	COND_TCP = 1 << 17,
	COND_UNIX = 1 << 18,
	COND_CREATES = 1 << 19,
	COND_LOCK_TRY = 1 << 20,
	COND_LOCK_WAIT = 1 << 21,
	COND_FCNTL_DUP = 1 << 22,
	COND_FCNTL_PIPE = 1 << 23,
	COND_FUTEX_WAIT = 1 << 24,
	COND_FUTEX_PI = 1 << 25,
	COND_REALTIME = 1 << 26,
	COND_LOCK_POSIX = 1 << 27,
};

static const struct error_row {
	const char *call;
	int err;
	unsigned conditions, modes;
} errors[] = {
#define ERROR(call_, err_, conditions_, modes_) {call_, err_, conditions_, modes_},
#include "sys/kernel_model.inc"
#undef ERROR
};

/* Locks wait on regular files too; for everything else they are always ready. */
bool kernel_never_waits(const struct kernel_moment *m)
{
	return is_kind(m, KINDS_NEVER_WAIT) && !is_call(m, "flock") && !is_call(m, "fcntl");
}

static enum restart_class restart_of(const struct kernel_moment *m)
{
	const struct syscall_row *row = syscall_get(m->syscall_id);

	if (!row)
		return RESTART_NEVER_BLOCKS;
	return m->time_limited ? row->restart_timed : row->restart;
}

/* --- conditions: NULL when it holds, else what the user is told ------------ */

static const char *check_nonblock(const struct kernel_moment *m)
{
	if (kernel_never_waits(m))
		return "regular files are always ready and never give it";
	if (m->nonblocking || m->shared_description)
		return NULL;
	/* SO_RCVTIMEO and SO_SNDTIMEO end with EAGAIN, arguments with an error of their own. */
	if (m->time_limited && is_kind(m, KINDS_SOCKET))
		return NULL;
	return "this call waits: the descriptor has no O_NONBLOCK; set it with `nonblock: true`";
}

/* Rules (a), (c): something that can sleep, and a signal that can end the sleep. */
static const char *check_signal(const struct kernel_moment *m)
{
	if (kernel_never_waits(m))
		return "calls on regular files are not interrupted";
	if (m->nonblocking)
		return "this call does not wait, so no signal can interrupt it";
	if (m->ready)
		return "this call would not have to wait here; use `signal:` with "
		       "`when: blocked`";
	switch (restart_of(m)) {
	case RESTART_R:
		if (m->has_handler_without_restart)
			return NULL;
		if (m->has_handler)
			return "the program's handlers have SA_RESTART, so Linux makes this call "
			       "again and nobody sees EINTR";
		return "the program catches no signal; without a handler Linux does not interrupt "
		       "this call";
	case RESTART_N:
		if (m->has_handler)
			return NULL;
		return "the program catches no signal; without a handler Linux does not interrupt "
		       "this call";
	case RESTART_N_STOP: /* SIGSTOP and SIGCONT do it, which anybody can send */
		return NULL;
	case RESTART_NEVER_BLOCKS:
		if (is_call(m, "ftruncate") || is_call(m, "truncate") || is_call(m, "statfs") ||
		    is_call(m, "fstatfs"))
			return m->has_handler_without_restart
				       ? NULL
				       : "the program catches no signal without SA_RESTART";
		break;
	}
	return "this call never sleeps, so no signal can interrupt it";
}

static const char *check_handler(const struct kernel_moment *m)
{
	return m->has_handler ? NULL : "the program catches no signal that could interrupt it";
}

static const char *check_timed(const struct kernel_moment *m)
{
	return m->time_limited ? NULL : "this call has no time limit that could run out";
}

/* Rule (g): what is broken stays broken. */
static const char *check_dead(const struct kernel_moment *m)
{
	if (m->persistent)
		return NULL;
	if (m->err == EIDRM)
		return "an object that was removed stays removed; use `remove: true`, which is "
		       "real, or let it go on with `nth: 1..`";
	if (m->err == ECHILD)
		return "a child that is gone stays gone; let it go on with `nth: 1..`";
	if (m->err == ENOSYS)
		return "a kernel without this call never has it; let it go on with `nth: 1..`";
	return "a broken connection stays broken, but this fault fires once; use `close-peer: "
	       "all`, "
	       "which is real, or let it go on with `nth: 1..`";
}

/* Rule (d). */
static const char *check_no_sigpipe(const struct kernel_moment *m)
{
	return m->sigpipe_ignored ? NULL
				  : "SIGPIPE comes with EPIPE and the program does not ignore it; "
				    "use `close-peer: all`";
}

static const char *check_creates(const struct kernel_moment *m)
{
	int flags;

	if (!m->args || is_call(m, "creat") || is_call(m, "openat2"))
		return NULL;
	flags = (int)m->args[is_call(m, "open") ? 1 : 2];
	return flags & (O_CREAT | O_TRUNC) ? NULL : "this call creates no file: it has no O_CREAT";
}

static bool is_fcntl_command(const struct kernel_moment *m, int a, int b)
{
	return m->args && ((int)m->args[1] == a || (int)m->args[1] == b);
}

static const char *check_lock_try(const struct kernel_moment *m)
{
	return is_fcntl_command(m, F_SETLK, F_OFD_SETLK) ? NULL : "only F_SETLK gives it";
}

static const char *check_lock_wait(const struct kernel_moment *m)
{
	return is_fcntl_command(m, F_SETLKW, F_OFD_SETLKW) ? NULL : "only F_SETLKW gives it";
}

static const char *check_lock_posix(const struct kernel_moment *m)
{
	return is_fcntl_command(m, F_SETLKW, F_SETLKW) ? NULL
						       : "only F_SETLKW looks for deadlocks: locks "
							 "of a description may be passed on";
}

static const char *check_fcntl_dup(const struct kernel_moment *m)
{
	return is_fcntl_command(m, F_DUPFD, F_DUPFD_CLOEXEC)
		       ? NULL
		       : "only F_DUPFD makes a descriptor here";
}

static const char *check_fcntl_pipe(const struct kernel_moment *m)
{
	return is_fcntl_command(m, F_SETPIPE_SZ, F_ADD_SEALS)
		       ? NULL
		       : "only F_SETPIPE_SZ and F_ADD_SEALS give it";
}

static int futex_command(const struct kernel_moment *m)
{
	return m->args ? (int)m->args[1] & FUTEX_CMD_MASK : -1;
}

static const char *check_futex_wait(const struct kernel_moment *m)
{
	int command = futex_command(m);

	if (command != FUTEX_WAIT && command != FUTEX_WAIT_BITSET)
		return "only FUTEX_WAIT fails so: unlocking and waking do not fail";
	if (m->below_libc_wait)
		return "the C library does not expect it below pthread_join and condition "
		       "variables, and aborts";
	return NULL;
}

static const char *check_futex_pi(const struct kernel_moment *m)
{
	int command = futex_command(m);

	return command == FUTEX_LOCK_PI || command == FUTEX_LOCK_PI2 || command == FUTEX_TRYLOCK_PI
		       ? NULL
		       : "only locks with priority inheritance give it";
}

#define SIGNAL_REALTIME_FIRST 32

static const char *check_realtime(const struct kernel_moment *m)
{
	if (m->args && (int)m->args[is_call(m, "tgkill") ? 2 : 1] >= SIGNAL_REALTIME_FIRST)
		return NULL;
	return "only real-time signals are queued, so only they find the queue full";
}

static const struct condition_row {
	unsigned bit;
	unsigned kinds; /* the descriptor must be one of these */
	const char *(*check)(const struct kernel_moment *m);
	const char *reason; /* for kinds */
} conditions[] = {
	{COND_FILE, KIND(FILE), NULL, "only regular files give it"},
	{COND_STORAGE, KIND(FILE) | KIND(DEVICE), NULL, "only files and devices give it"},
	{COND_TTY, KIND(TTY), NULL, "only terminals give it"},
	{COND_DIRECTORY, KIND(DIRECTORY), NULL, "only directories give it"},
	{COND_UNSEEKABLE, KINDS_UNSEEKABLE, NULL, "only what has no position gives it"},
	{COND_TIMERFD, KIND(TIMERFD), NULL, "only timer descriptors give it"},
	{COND_SOCKET, KINDS_SOCKET, NULL, "only sockets give it"},
	{COND_CONNECTED, KINDS_CONNECTED, NULL, "only connected sockets give it"},
	{COND_CONNECTION, KINDS_CONNECTED | KINDS_PIPE, NULL,
	 "only pipes and connected sockets give it"},
	{COND_DATAGRAM, KINDS_DATAGRAM, NULL, "only datagram sockets give it"},
	{COND_INET, KINDS_INET, NULL, "only Internet sockets give it"},
	{COND_TCP, KIND(TCP) | KIND(SOCKET), NULL, "only TCP sockets give it"},
	{COND_UNIX, KINDS_UNIX, NULL, "only Unix sockets give it"},
	{COND_NONBLOCK, 0, check_nonblock, NULL},
	{COND_SIGNAL, 0, check_signal, NULL},
	{COND_HANDLER, 0, check_handler, NULL},
	{COND_TIMED, 0, check_timed, NULL},
	{COND_DEAD, 0, check_dead, NULL},
	{COND_NO_SIGPIPE, 0, check_no_sigpipe, NULL},
	{COND_CREATES, 0, check_creates, NULL},
	{COND_LOCK_TRY, 0, check_lock_try, NULL},
	{COND_LOCK_WAIT, 0, check_lock_wait, NULL},
	{COND_LOCK_POSIX, 0, check_lock_posix, NULL},
	{COND_FCNTL_DUP, 0, check_fcntl_dup, NULL},
	{COND_FCNTL_PIPE, 0, check_fcntl_pipe, NULL},
	{COND_FUTEX_WAIT, 0, check_futex_wait, NULL},
	{COND_FUTEX_PI, 0, check_futex_pi, NULL},
	{COND_REALTIME, 0, check_realtime, NULL},
};

/* The first of @bits that does not hold, as a reason; NULL = all hold. */
static const char *first_unmet(const struct kernel_moment *m, unsigned bits)
{
	for (size_t i = 0; i < ARRAY_SIZE(conditions); i++) {
		const struct condition_row *row = &conditions[i];
		const char *reason;

		if (!(bits & row->bit))
			continue;
		if (row->check)
			reason = row->check(m);
		else
			reason = is_kind(m, row->kinds) ? NULL : row->reason;
		if (reason)
			return reason;
	}
	return NULL;
}

/* --- what is never true, with a better sentence than "no such error" ------- */

static const struct refusal {
	const char *call; /* NULL = any */
	int err;
	const char *reason;
} refusals[] = {
	{"dup2", EMFILE, "dup2 puts the copy where it is told and needs no free descriptor"},
	{"dup3", EMFILE, "dup3 puts the copy where it is told and needs no free descriptor"},
	{"dup2", EINTR, "dup2 does not sleep, so no signal can interrupt it"},
	{"dup3", EINTR, "dup3 does not sleep, so no signal can interrupt it"},
	{NULL, EBADF,
	 "the descriptor is open, so Linux would not say so; close it with "
	 "`close-peer`, or use `model: adversarial`"},
	{NULL, EFAULT, "the addresses are right, so Linux would not say so"},
	{NULL, EINVAL, "the arguments are right, so Linux would not say so"},
	{NULL, EINTR, "this call never sleeps, so no signal can interrupt it"},
	{NULL, EAGAIN, "this call never has to wait, so there is nothing to try again"},
};

static const char *refusal_of(const char *call, int err)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		if (refusals[i].err == err &&
		    (!refusals[i].call || strcmp(refusals[i].call, call) == 0))
			return refusals[i].reason;
	return "Linux has no such error for this call";
}

static const char *wrong_mode(unsigned modes)
{
	if (modes == MODE_AFTER)
		return "this call has its effect even when it reports that; use `errno-after`";
	return "when Linux reports that, the call has done nothing; use `errno`";
}

/*
 * Walks the rows of @call and @err.  With @m the conditions must hold too.
 * NULL when one row allows it, else the most helpful reason: that it would be
 * true with the other action, or what the first row misses.
 */
static const char *look_up(const char *call, int err, unsigned mode, const struct kernel_moment *m)
{
	const char *missing = NULL;
	unsigned other_modes = 0;

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		const struct error_row *row = &errors[i];
		const char *unmet;

		if (row->err != err || strcmp(row->call, call) != 0)
			continue;
		unmet = m ? first_unmet(m, row->conditions) : NULL;
		if (!unmet && row->modes & mode)
			return NULL;
		if (!unmet)
			other_modes |= row->modes;
		else if (!missing)
			missing = unmet;
	}
	if (other_modes)
		return wrong_mode(other_modes);
	return missing ? missing : refusal_of(call, err);
}

static bool is_listed(const struct kernel_error *list, size_t count, int err)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].err == err)
			return true;
	return false;
}

size_t kernel_errors_of(int syscall_id, struct kernel_error *ret_errors, size_t max)
{
	const struct syscall_row *call = syscall_get(syscall_id);
	size_t count = 0;

	for (size_t i = 0; call && i < ARRAY_SIZE(errors); i++) {
		const struct error_row *row = &errors[i];

		if (row->conditions & COND_DEAD || strcmp(row->call, call->name) != 0 ||
		    is_listed(ret_errors, count < max ? count : max, row->err))
			continue;
		if (count < max)
			ret_errors[count] =
				(struct kernel_error){row->err, !(row->modes & MODE_INSTEAD)};
		count++;
	}
	return count;
}

const char *kernel_check_errno(int syscall_id, int err, bool after, const struct kernel_moment *m)
{
	const struct syscall_row *row = syscall_get(syscall_id);

	if (!row)
		return "ipcfault does not know this call";
	if (err == ENOSYS && !after)
		return m ? check_dead(m) : NULL;
	if (m && m->unlocks)
		return "giving a lock back does not fail";
	return look_up(row->name, err, after ? MODE_AFTER : MODE_INSTEAD, m);
}

bool kernel_asks(int syscall_id, enum action_kind action, int err, enum kernel_question question)
{
	const unsigned asked = question == KERNEL_ASKS_SIGNALS
				       ? COND_SIGNAL | COND_HANDLER | COND_NO_SIGPIPE
				       : COND_NONBLOCK;
	const struct syscall_row *call = syscall_get(syscall_id);

	if (action != ACTION_ERRNO && action != ACTION_ERRNO_AFTER)
		return question == KERNEL_ASKS_SHARING && action == ACTION_SHORT;
	for (size_t i = 0; call && i < ARRAY_SIZE(errors); i++)
		if (errors[i].err == err && errors[i].conditions & asked &&
		    strcmp(errors[i].call, call->name) == 0)
			return true;
	return false;
}

bool kernel_allows_errno(int syscall_id, int err, bool after, const char **ret_reason)
{
	return kernel_verdict(kernel_check_errno(syscall_id, err, after, NULL), ret_reason);
}

bool kernel_allows_short(int syscall_id, const char **ret_reason)
{
	const struct syscall_row *row = syscall_get(syscall_id);

	return kernel_verdict(row && row->may_be_short ? NULL : "this call moves all or nothing",
			      ret_reason);
}
