/*
 * What the arguments of a call tell of its moment.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <sys/ipc.h>
#include <sys/socket.h>

#include "sys/kernel_model.h"

static struct kernel_moment from_call(const char *call, const uint64_t *args, int flags)
{
	struct kernel_moment m = {0};

	kernel_moment_from_call(&m, syscall_from_name(call), args, flags);
	return m;
}

Test(sys_kernel_moment, arguments_tell_who_does_not_wait)
{
	static const struct {
		const char *call;
		uint64_t args[SYSCALL_ARGS];
		int flags;
		bool nonblocking, limited;
	} cases[] = {
		{"read", {3, 0, 10}, 0, false, false},
		{"read", {3, 0, 10}, O_NONBLOCK, true, false},
		{"recvfrom", {3, 0, 10, MSG_DONTWAIT}, 0, true, false},
		{"recvmsg", {3, 0, MSG_DONTWAIT}, 0, true, false},
		{"recvmsg", {3, 0, 0, MSG_DONTWAIT}, 0, false, false},
		{"poll", {0, 1, 0}, 0, true, true},
		{"poll", {0, 1, 100}, 0, false, true},
		{"poll", {0, 1, (uint64_t)-1}, 0, false, false},
		{"epoll_wait", {3, 0, 1, 100}, O_NONBLOCK, false, true},
		{"flock", {3, 2}, O_NONBLOCK, false, false},
		{"flock", {3, 2 | 4}, 0, true, false},
		{"msgrcv", {0, 0, 0, 0, IPC_NOWAIT}, 0, true, false},
		{"wait4", {0, 0, 1}, 0, true, false},
		{"mq_timedsend", {3, 0, 1, 0, 0x1000}, O_NONBLOCK, true, true},
		{"fcntl", {3, F_SETLKW}, O_NONBLOCK, false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kernel_moment m = from_call(cases[i].call, cases[i].args, cases[i].flags);

		cr_expect(eq(int, m.nonblocking, cases[i].nonblocking), "case %zu: %s", i,
			  cases[i].call);
		cr_expect(eq(int, m.time_limited, cases[i].limited), "case %zu: %s", i,
			  cases[i].call);
	}
}

Test(sys_kernel_moment, arguments_tell_lengths_and_socket_flags)
{
	uint64_t args[SYSCALL_ARGS] = {3, 0x1000, 77, MSG_NOSIGNAL | MSG_WAITALL, 5};
	struct kernel_moment m = from_call("sendto", args, 0);

	cr_expect(eq(u64, m.length, 77));
	cr_expect(m.sigpipe_ignored);
	cr_expect(m.waits_for_all);
	m = from_call("write", args, 0);
	cr_expect(eq(u64, m.length, 77));
	cr_expect(not(m.sigpipe_ignored));
	m = from_call("splice", args, 0);
	cr_expect(eq(u64, m.length, 5));
	m = from_call("writev", args, 0);
	cr_expect(eq(u64, m.length, 0));
}
