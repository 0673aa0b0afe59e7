#include "sys/kernel_model.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>

#include "base/util.h"
#include "sys/names.h"

/* Whether @call may fail with @err there; *@ret_reason is NULL when it may. */
static bool allows(struct kernel_moment m, const char *call, int err, const char **ret_reason)
{
	*ret_reason = NULL;
	m.syscall_id = syscall_from_name(call);
	cr_assert(ne(int, m.syscall_id, SYSCALL_NONE), "%s", call);
	m.err = err;
	if (m.action != ACTION_ERRNO_AFTER)
		m.action = ACTION_ERRNO;
	return kernel_allows_here(&m, ret_reason);
}

static void expect_errno(struct kernel_moment m, const char *call, int err, bool allowed,
			 const char *words)
{
	const char *reason;
	bool got = allows(m, call, err, &reason);

	cr_expect(eq(int, got, allowed), "%s %s: %s", call, errno_name(err),
		  reason ? reason : "allowed");
	if (!allowed && words && reason)
		cr_expect(ne(ptr, (void *)strstr(reason, words), NULL), "%s %s: '%s' in '%s'", call,
			  errno_name(err), words, reason);
}

/* Every combination of what a moment may be; @kinds of descriptors times 2^9. */
#define FLAGS_ALL 512

static struct kernel_moment combination(int kind, unsigned bits)
{
	return (struct kernel_moment){
		.fd_kind = (enum fd_kind)kind,
		.nonblocking = bits & 1,
		.time_limited = bits & 2,
		.ready = bits & 4,
		.shared_description = bits & 8,
		.has_handler = bits & 16,
		.has_handler_without_restart = (bits & 48) == 48,
		.sigpipe_ignored = bits & 64,
		.persistent = bits & 128,
		.waits_for_all = bits & 256,
		.length = 100000,
	};
}

#define FOR_EVERY_MOMENT(m_)                                                                       \
	for (int kind_ = 0; kind_ < FD_KIND_MAX_; kind_++)                                         \
		for (unsigned bits_ = 0; bits_ < FLAGS_ALL; bits_++)                               \
			for (struct kernel_moment m_ = combination(kind_, bits_), *p_ = &m_; p_;   \
			     p_ = NULL)

static const char *const all_reads[] = {"read", "readv", "preadv2", "recvfrom", "recvmsg"};
static const char *const all_writes[] = {"write", "writev", "pwritev2", "sendto", "sendmsg"};

Test(sys_kernel_model, nothing_interrupts_a_regular_file_or_what_does_not_wait)
{
	FOR_EVERY_MOMENT(m)
	{
		const char *reason;

		if (m.fd_kind != FD_KIND_FILE && !m.nonblocking && !m.ready)
			continue;
		for (size_t i = 0; i < 5; i++) {
			cr_expect(not(allows(m, all_reads[i], EINTR, &reason)));
			cr_expect(not(allows(m, all_writes[i], EINTR, &reason)));
			cr_expect(ne(ptr, (void *)reason, NULL));
		}
	}
}

Test(sys_kernel_model, eintr_of_a_restartable_call_needs_a_handler_without_restart)
{
	FOR_EVERY_MOMENT(m)
	{
		const char *reason;

		if (m.fd_kind != FD_KIND_PIPE || m.nonblocking || m.ready || m.time_limited)
			continue;
		cr_expect(
			eq(int, allows(m, "read", EINTR, &reason), m.has_handler_without_restart));
		cr_expect(
			eq(int, allows(m, "wait4", EINTR, &reason), m.has_handler_without_restart));
		cr_expect(eq(int, allows(m, "poll", EINTR, &reason), m.has_handler));
		cr_expect(eq(int, allows(m, "msgrcv", EINTR, &reason), m.has_handler));
		cr_expect(allows(m, "epoll_wait", EINTR, &reason));
		cr_expect(allows(m, "semtimedop", EINTR, &reason));
	}
}

Test(sys_kernel_model, a_time_limit_changes_the_class)
{
	struct kernel_moment m = {.time_limited = true, .fd_kind = FD_KIND_TCP};
	uint64_t wait[SYSCALL_ARGS] = {0x1000, FUTEX_WAIT_PRIVATE, 0, 0x2000};

	expect_errno(m, "recvfrom", EINTR, true, NULL); /* SO_RCVTIMEO: N! */
	m.args = wait;
	expect_errno(m, "futex", EINTR, false, "catches no signal");
	m.has_handler = true;
	expect_errno(m, "futex", EINTR, true, NULL);
	m.time_limited = false;
	expect_errno(m, "futex", EINTR, false, "SA_RESTART");
}

Test(sys_kernel_model, eagain_is_for_those_who_do_not_wait)
{
	FOR_EVERY_MOMENT(m)
	{
		bool socket = m.fd_kind >= FD_KIND_UNIX_STREAM && m.fd_kind <= FD_KIND_SOCKET;
		bool file = m.fd_kind == FD_KIND_FILE || m.fd_kind == FD_KIND_DIRECTORY;
		bool want = !file &&
			    (m.nonblocking || m.shared_description || (m.time_limited && socket));
		const char *reason;

		cr_expect(eq(int, allows(m, "read", EAGAIN, &reason), want));
		cr_expect(eq(int, allows(m, "write", EAGAIN, &reason), want));
	}
	expect_errno((struct kernel_moment){.fd_kind = FD_KIND_PIPE}, "read", EAGAIN, false,
		     "nonblock: true");
}

Test(sys_kernel_model, broken_connections_stay_broken)
{
	FOR_EVERY_MOMENT(m)
	{
		const char *reason;

		if (m.persistent)
			continue;
		cr_expect(not(allows(m, "write", EPIPE, &reason)));
		cr_expect(not(allows(m, "sendto", ECONNRESET, &reason)));
		cr_expect(not(allows(m, "read", ECONNRESET, &reason)));
		cr_expect(not(allows(m, "wait4", ECHILD, &reason)));
		cr_expect(not(allows(m, "msgrcv", EIDRM, &reason)));
	}
	expect_errno((struct kernel_moment){.fd_kind = FD_KIND_PIPE}, "write", EPIPE, false,
		     "close-peer");
}

Test(sys_kernel_model, epipe_comes_with_sigpipe)
{
	struct kernel_moment m = {.fd_kind = FD_KIND_PIPE, .persistent = true};

	expect_errno(m, "write", EPIPE, false, "SIGPIPE");
	m.sigpipe_ignored = true;
	expect_errno(m, "write", EPIPE, true, NULL);
	m.fd_kind = FD_KIND_FILE;
	expect_errno(m, "write", EPIPE, false, "only pipes");
}

Test(sys_kernel_model, close_fails_only_after_the_fact)
{
	struct kernel_moment m = {0};

	expect_errno(m, "close", EIO, false, "errno-after");
	m.action = ACTION_ERRNO_AFTER;
	expect_errno(m, "close", EIO, true, NULL);
	expect_errno(m, "close", EINTR, true, NULL);
	m.fd_kind = FD_KIND_FILE;
	expect_errno(m, "write", ENOSPC, false, "`errno`");
	expect_errno(m, "fsync", EIO, true, NULL);
}

Test(sys_kernel_model, errors_of_one_kind_of_descriptor_stay_there)
{
	static const struct {
		const char *call;
		int err;
		enum fd_kind kind;
		bool allowed;
	} cases[] = {
		{"write", ENOSPC, FD_KIND_FILE, true},
		{"write", ENOSPC, FD_KIND_DEVICE, true},
		{"write", ENOSPC, FD_KIND_PIPE, false},
		{"read", EIO, FD_KIND_FILE, true},
		{"read", EIO, FD_KIND_TTY, true},
		{"read", EIO, FD_KIND_PIPE, false},
		{"read", EISDIR, FD_KIND_FILE, false},
		{"read", EISDIR, FD_KIND_DIRECTORY, true},
		{"sendto", EMSGSIZE, FD_KIND_UDP, true},
		{"sendto", EMSGSIZE, FD_KIND_TCP, false},
		{"sendto", ENOENT, FD_KIND_UNIX_DGRAM, true},
		{"sendto", ENOENT, FD_KIND_UDP, false},
		{"accept4", ENETDOWN, FD_KIND_TCP, true},
		{"accept4", ENETDOWN, FD_KIND_UNIX_STREAM, false},
		{"pread64", ESPIPE, FD_KIND_FILE, false},
		{"pread64", ESPIPE, FD_KIND_PIPE, true},
		{"read", ECANCELED, FD_KIND_TIMERFD, true},
		{"read", ECANCELED, FD_KIND_PIPE, false},
		{"connect", ENOENT, FD_KIND_TCP, false},
		{"connect", ENOENT, FD_KIND_SOCKET, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_errno((struct kernel_moment){.fd_kind = cases[i].kind}, cases[i].call,
			     cases[i].err, cases[i].allowed, "only ");
}

Test(sys_kernel_model, want_of_descriptors_and_memory_is_real_everywhere_it_can_be)
{
	static const char *const makers[] = {"pipe2",	"openat",   "socket",
					     "accept4", "eventfd2", "epoll_create1",
					     "dup",	"mq_open",  "memfd_create"};

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		expect_errno((struct kernel_moment){0}, makers[i], EMFILE, true, NULL);
	expect_errno((struct kernel_moment){0}, "clone", EAGAIN, true, NULL);
	expect_errno((struct kernel_moment){0}, "mmap", ENOMEM, true, NULL);
	expect_errno((struct kernel_moment){0}, "dup2", EMFILE, false, "needs no free");
	expect_errno((struct kernel_moment){0}, "dup2", EINTR, false, "does not sleep");
}

Test(sys_kernel_model, futexes_fail_only_where_they_wait)
{
	uint64_t wait[SYSCALL_ARGS] = {0x1000, FUTEX_WAIT_PRIVATE}, wake[SYSCALL_ARGS] = {0};
	struct kernel_moment m = {
		.args = wait, .has_handler = true, .has_handler_without_restart = true};

	expect_errno(m, "futex", EAGAIN, true, NULL);
	expect_errno(m, "futex", EINTR, true, NULL);
	expect_errno(m, "futex", ETIMEDOUT, false, "no time limit");
	m.below_libc_wait = true;
	expect_errno(m, "futex", EAGAIN, false, "C library");
	m.below_libc_wait = false;
	wake[1] = FUTEX_WAKE_PRIVATE;
	m.args = wake;
	expect_errno(m, "futex", EAGAIN, false, "only FUTEX_WAIT");
	expect_errno(m, "futex", EINTR, false, "only FUTEX_WAIT");
}

Test(sys_kernel_model, giving_a_lock_back_does_not_fail)
{
	uint64_t args[SYSCALL_ARGS] = {3, LOCK_UN};
	struct kernel_moment m = {.args = args, .fd_kind = FD_KIND_FILE, .has_handler = true};

	kernel_moment_from_call(&m, syscall_from_name("flock"), args, 0);
	cr_expect(m.unlocks);
	expect_errno(m, "flock", ENOLCK, false, "does not fail");
	m = (struct kernel_moment){.args = args, .fd_kind = FD_KIND_FILE};
	args[1] = F_SETLK;
	expect_errno(m, "fcntl", EAGAIN, true, NULL);
	m.unlocks = true;
	expect_errno(m, "fcntl", EAGAIN, false, "does not fail");
}

Test(sys_kernel_model, commands_of_fcntl_have_errors_of_their_own)
{
	uint64_t args[SYSCALL_ARGS] = {3, F_SETLK};
	struct kernel_moment m = {.args = args,
				  .fd_kind = FD_KIND_FILE,
				  .has_handler_without_restart = true,
				  .has_handler = true};

	expect_errno(m, "fcntl", EAGAIN, true, NULL);
	expect_errno(m, "fcntl", EDEADLK, false, "F_SETLKW");
	expect_errno(m, "fcntl", EMFILE, false, "F_DUPFD");
	args[1] = F_SETLKW;
	expect_errno(m, "fcntl", EINTR, true, NULL);
	expect_errno(m, "fcntl", EAGAIN, false, "F_SETLK");
	expect_errno(m, "fcntl", EDEADLK, true, NULL);
	args[1] = F_OFD_SETLKW;
	expect_errno(m, "fcntl", EINTR, true, NULL);
	expect_errno(m, "fcntl", EDEADLK, false, "only F_SETLKW looks for deadlocks");
	args[1] = F_DUPFD_CLOEXEC;
	expect_errno(m, "fcntl", EMFILE, true, NULL);
}

Test(sys_kernel_model, a_connect_that_is_interrupted_goes_on)
{
	struct kernel_moment m = {
		.fd_kind = FD_KIND_TCP, .has_handler = true, .has_handler_without_restart = true};

	expect_errno(m, "connect", EINTR, false, "errno-after");
	m.action = ACTION_ERRNO_AFTER;
	expect_errno(m, "connect", EINTR, true, NULL);
	m.action = ACTION_ERRNO;
	m.fd_kind = FD_KIND_UNIX_STREAM;
	expect_errno(m, "connect", EINTR, true, NULL);
}

Test(sys_kernel_model, wrong_arguments_are_not_made_up)
{
	expect_errno((struct kernel_moment){0}, "write", EBADF, false, "descriptor is open");
	expect_errno((struct kernel_moment){0}, "write", EFAULT, false, "addresses");
	expect_errno((struct kernel_moment){0}, "write", EINVAL, false, "arguments");
	expect_errno((struct kernel_moment){0}, "write", ECHILD, false, "no such error");
	expect_errno((struct kernel_moment){0}, "getpid", EINTR, false, "never sleeps");
}

Test(sys_kernel_model, a_missing_call_is_missing_for_ever)
{
	expect_errno((struct kernel_moment){0}, "openat2", ENOSYS, false, "kernel without");
	expect_errno((struct kernel_moment){.persistent = true}, "openat2", ENOSYS, true, NULL);
}

static bool short_is_allowed(struct kernel_moment m, const char *call, const char **ret_reason)
{
	*ret_reason = NULL;
	m.syscall_id = syscall_from_name(call);
	m.action = ACTION_SHORT;
	return kernel_allows_here(&m, ret_reason);
}

static void expect_short(struct kernel_moment m, const char *call, bool allowed, const char *words)
{
	const char *reason;

	cr_expect(eq(int, short_is_allowed(m, call, &reason), allowed), "%s on %s: %s", call,
		  vocab_name(&fd_kind_vocab, m.fd_kind), reason ? reason : "allowed");
	if (!allowed && words && reason)
		cr_expect(ne(ptr, (void *)strstr(reason, words), NULL), "%s: '%s' in '%s'", call,
			  words, reason);
}

Test(sys_kernel_model, messages_counters_and_files_are_never_cut)
{
	static const enum fd_kind whole[] = {FD_KIND_UNIX_DGRAM, FD_KIND_UNIX_SEQPACKET,
					     FD_KIND_UDP,	 FD_KIND_EVENTFD,
					     FD_KIND_TIMERFD,	 FD_KIND_FILE};

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		for (unsigned bits = 0; bits < FLAGS_ALL; bits++) {
			expect_short(combination((int)whole[i], bits), "read", false, NULL);
			expect_short(combination((int)whole[i], bits), "write", false, NULL);
		}
	expect_short((struct kernel_moment){.fd_kind = FD_KIND_MQUEUE, .length = 64},
		     "mq_timedreceive", false, "all or nothing");
}

Test(sys_kernel_model, writes_to_pipes_are_cut_by_signals_or_without_waiting)
{
	struct kernel_moment m = {.fd_kind = FD_KIND_PIPE, .length = 65536};

	expect_short(m, "write", false, "pulse");
	m.nonblocking = true;
	expect_short(m, "write", true, NULL);
	m.length = PIPE_BUF;
	expect_short(m, "write", false, "PIPE_BUF");
	m.length = PIPE_BUF + 1;
	expect_short(m, "write", true, NULL);
}

Test(sys_kernel_model, reads_of_streams_may_always_be_short)
{
	struct kernel_moment m = {.fd_kind = FD_KIND_PIPE, .length = 100};

	expect_short(m, "read", true, NULL);
	expect_short(m, "readv", true, NULL);
	m.fd_kind = FD_KIND_TCP;
	expect_short(m, "recvfrom", true, NULL);
	m.waits_for_all = true;
	expect_short(m, "recvfrom", false, "MSG_WAITALL");
	m.waits_for_all = false;
	m.length = 1;
	expect_short(m, "recvfrom", false, "one byte");
}

Test(sys_kernel_model, copies_between_files_stop_early)
{
	struct kernel_moment m = {.fd_kind = FD_KIND_FILE, .length = 65536};

	expect_short(m, "copy_file_range", true, NULL);
	expect_short(m, "sendfile", true, NULL);
	expect_short(m, "pread64", false, "regular files");
	expect_short(m, "openat", false, "all or nothing");
	m.fd_kind = FD_KIND_NONE;
	expect_short(m, "getrandom", true, NULL);
	m.length = 16;
	expect_short(m, "getrandom", false, "256");
}

static void expect_return(struct kernel_moment m, const char *call, int64_t value, bool allowed)
{
	const char *reason = "allowed";

	m.syscall_id = syscall_from_name(call);
	m.action = ACTION_RETURN;
	m.value = value;
	cr_expect(eq(int, kernel_allows_here(&m, &reason), allowed), "%s %jd: %s", call,
		  (intmax_t)value, reason);
}

Test(sys_kernel_model, results_are_not_made_up)
{
	uint64_t wait[SYSCALL_ARGS] = {0x1000, FUTEX_WAIT_PRIVATE}, wake[SYSCALL_ARGS] = {0, 1};
	struct kernel_moment pipe = {.fd_kind = FD_KIND_PIPE};
	struct kernel_moment over = {.fd_kind = FD_KIND_PIPE, .persistent = true};

	expect_return(pipe, "read", 0, false);
	expect_return(over, "read", 0, true);
	expect_return(over, "read", 5, false);
	expect_return(over, "write", 0, false);
	over.fd_kind = FD_KIND_FILE;
	expect_return(over, "read", 0, false);
	expect_return(pipe, "poll", 0, false);
	expect_return((struct kernel_moment){.time_limited = true}, "poll", 0, true);
	expect_return((struct kernel_moment){.time_limited = true}, "poll", 1, false);
	expect_return((struct kernel_moment){.args = wait}, "futex", 0, true);
	expect_return((struct kernel_moment){.args = wake}, "futex", 0, false);
	expect_return((struct kernel_moment){0}, "getpid", 1, false);
	expect_return((struct kernel_moment){0}, "read", -EIO, false);
}

Test(sys_kernel_model, what_is_really_done_is_never_refused)
{
	for (int action = 0; action < ACTION_MAX_; action++) {
		struct kernel_moment m = {.action = (enum action_kind)action,
					  .syscall_id = syscall_from_name("close")};
		bool claimed = action == ACTION_ERRNO || action == ACTION_ERRNO_AFTER ||
			       action == ACTION_RETURN || action == ACTION_SHORT ||
			       action == ACTION_DROP || action == ACTION_DUPLICATE ||
			       action == ACTION_REORDER || action == ACTION_CORRUPT;
		const char *reason = NULL;

		cr_expect(eq(int, kernel_allows_here(&m, &reason), !claimed), "%s",
			  vocab_name(&action_vocab, action));
	}
}

struct message_row {
	enum action_kind action;
	enum fd_kind kind;
	const char *call;
	bool allowed;
};

/* Only UDP is unreliable; only a receiver meets a cut message. */
Test(sys_kernel_model, messages)
{
	static const struct message_row rows[] = {
		{ACTION_DROP, FD_KIND_UDP, "sendto", true},
		{ACTION_DROP, FD_KIND_UDP, "recvmsg", true},
		{ACTION_DUPLICATE, FD_KIND_UDP, "write", true},
		{ACTION_REORDER, FD_KIND_UDP, "sendmmsg", true},
		{ACTION_DROP, FD_KIND_UNIX_DGRAM, "sendto", false},
		{ACTION_DUPLICATE, FD_KIND_UNIX_SEQPACKET, "recvmsg", false},
		{ACTION_REORDER, FD_KIND_MQUEUE, "mq_timedsend", false},
		{ACTION_DROP, FD_KIND_MSG_SYSV, "msgrcv", false},
		{ACTION_TRUNCATE_MESSAGE, FD_KIND_UNIX_DGRAM, "recvmsg", true},
		{ACTION_TRUNCATE_MESSAGE, FD_KIND_UDP, "read", true},
		{ACTION_TRUNCATE_MESSAGE, FD_KIND_UDP, "sendto", false},
		{ACTION_TRUNCATE_MESSAGE, FD_KIND_MQUEUE, "mq_timedreceive", false},
		{ACTION_LOSE_FDS, FD_KIND_UNIX_STREAM, "recvmsg", true},
		{ACTION_CORRUPT, FD_KIND_UDP, "sendto", false},
		{ACTION_CORRUPT, FD_KIND_PIPE, "write", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kernel_moment m = {.action = rows[i].action,
					  .fd_kind = rows[i].kind,
					  .syscall_id = syscall_from_name(rows[i].call)};
		const char *reason = NULL;

		cr_expect(eq(int, kernel_allows_here(&m, &reason), rows[i].allowed), "%s of %s",
			  vocab_name(&action_vocab, (int)rows[i].action), rows[i].call);
		cr_expect(eq(int, reason == NULL, rows[i].allowed));
	}
}

/* Whatever the static check refuses, no moment allows. */
Test(sys_kernel_model, the_static_check_never_refuses_what_a_moment_allows)
{
	size_t count;
	const char *const *names = errno_words(&count);

	for (int id = 0; syscall_get(id); id++)
		for (size_t e = 0; e < count; e++) {
			int err = errno_from_name(names[e]);
			struct kernel_moment m = combination(FD_KIND_TCP, 16 | 32 | 64 | 128);
			const char *reason = NULL, *there = NULL;

			m.syscall_id = id;
			m.err = err;
			m.action = ACTION_ERRNO;
			if (kernel_allows_errno(id, err, false, &reason))
				continue;
			cr_expect(ne(ptr, (void *)reason, NULL));
			cr_expect(not(kernel_allows_here(&m, &there)), "%s %s",
				  syscall_get(id)->name, names[e]);
		}
}

Test(sys_kernel_model, calls_that_can_sleep_can_be_interrupted)
{
	for (int id = 0; syscall_get(id); id++) {
		const struct syscall_row *row = syscall_get(id);
		const char *reason = "";

		if (row->restart == RESTART_NEVER_BLOCKS)
			continue;
		cr_expect(kernel_allows_errno(id, EINTR, false, &reason) ||
				  kernel_allows_errno(id, EINTR, true, &reason),
			  "%s: %s", row->name, reason);
	}
}

Test(sys_kernel_model, short_is_legal_where_the_table_says)
{
	const char *reason = NULL;

	cr_expect(kernel_allows_short(syscall_from_name("read"), &reason));
	cr_expect(eq(ptr, (void *)reason, NULL));
	cr_expect(not(kernel_allows_short(syscall_from_name("close"), &reason)));
	cr_expect(ne(ptr, (void *)reason, NULL));
	cr_expect(not(kernel_allows_short(SYSCALL_NONE, &reason)));
}

static bool is_allowed(struct kernel_moment m, bool answer, enum kernel_question question)
{
	const char *reason;

	if (question == KERNEL_ASKS_SHARING)
		m.shared_description = answer;
	else
		m.has_handler = m.has_handler_without_restart = m.sigpipe_ignored = answer;
	return kernel_allows_here(&m, &reason);
}

/* What is not asked for may be left out: the answer is the same. */
static void expect_asked(const struct kernel_moment *m, enum kernel_question question)
{
	if (kernel_asks(m->syscall_id, m->action, m->err, question))
		return;
	cr_expect(eq(int, is_allowed(*m, true, question), is_allowed(*m, false, question)),
		  "%s, action %d, error %d, descriptor %d, question %d",
		  syscall_get(m->syscall_id)->name, (int)m->action, m->err, (int)m->fd_kind,
		  (int)question);
}

/* Every action that is ever refused, on a file, in a pipe, a socket, and on what is unknown. */
static void expect_all_asked(int id, int err)
{
	static const enum action_kind actions[] = {ACTION_ERRNO, ACTION_ERRNO_AFTER, ACTION_SHORT,
						   ACTION_RETURN};
	static const enum fd_kind kinds[] = {FD_KIND_NONE, FD_KIND_FILE, FD_KIND_PIPE, FD_KIND_TCP};
	const uint64_t args[SYSCALL_ARGS] = {0};

	for (size_t i = 0; i < ARRAY_SIZE(actions) * ARRAY_SIZE(kinds); i++) {
		const struct kernel_moment m = {.syscall_id = id,
						.args = args,
						.length = 8192,
						.action = actions[i / ARRAY_SIZE(kinds)],
						.err = err,
						.fd_kind = kinds[i % ARRAY_SIZE(kinds)]};

		expect_asked(&m, KERNEL_ASKS_SIGNALS);
		expect_asked(&m, KERNEL_ASKS_SHARING);
	}
}

static bool asks_of_error(const char *call, int err, enum kernel_question question)
{
	return kernel_asks(syscall_from_name(call), ACTION_ERRNO, err, question);
}

Test(sys_kernel_model, asks_for_all_that_its_answer_depends_on)
{
	for (int id = 0; id < (int)syscall_count(); id++)
		for (int err = 0; err < 134; err++)
			expect_all_asked(id, err);
	cr_expect(asks_of_error("write", EPIPE, KERNEL_ASKS_SIGNALS));
	cr_expect(asks_of_error("read", EINTR, KERNEL_ASKS_SIGNALS));
	cr_expect(asks_of_error("read", EAGAIN, KERNEL_ASKS_SHARING));
	cr_expect(not(asks_of_error("write", EIO, KERNEL_ASKS_SIGNALS)));
	cr_expect(not(asks_of_error("write", EIO, KERNEL_ASKS_SHARING)));
}
