/*
 * The loop with the kernel played by fake_tracer.h: what it does at
 * each stop, in orders that real processes show once in a while only.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <sys/ptrace.h>

#include "base/util.h"
#include "engine/breakpoint.h"
#include "engine/internal.h"
#include "engine/remote.h"
#include "fake_tracer.h"
#include "lib/needs.h"

#define BIT(signal) (UINT64_C(1) << ((signal)-1))
#define FORK	    FAKE_EVENT(PTRACE_EVENT_FORK, SIGTRAP)
#define VFORK	    FAKE_EVENT(PTRACE_EVENT_VFORK, SIGTRAP)
#define VFORK_DONE  FAKE_EVENT(PTRACE_EVENT_VFORK_DONE, SIGTRAP)
#define CLONE	    FAKE_EVENT(PTRACE_EVENT_CLONE, SIGTRAP)
#define EXEC	    FAKE_EVENT(PTRACE_EVENT_EXEC, SIGTRAP)
#define GROUP(sig)  FAKE_EVENT(PTRACE_EVENT_STOP, sig)
#define TRAP	    FAKE_SIGNAL(SIGTRAP)
#define FRAME	    0x18000 /* where a handler's frame is */

static void (*tell_entry)(void *ctx, struct tracee *t);

/* As before, and the exit is asked for. */
static void entry_and_exit(void *ctx, struct tracee *t)
{
	tell_entry(ctx, t);
	tracee_watch_exit(t);
}

static void begin_watching(const struct fake_report *reports)
{
	fake_begin(reports);
	tell_entry = fake_ops.call_entry;
	fake_ops.call_entry = entry_and_exit;
}

Test(engine_loop, a_child_that_is_announced_first)
{
	static const struct fake_report reports[] = {
		{100, FORK, .message = 101},
		{101, FAKE_ATTACHED},
		{101, FAKE_EXITED(0)},
		{100, FAKE_EXITED(3)},
		{0},
	};

	fake_begin(reports);
	fake_process(100);
	cr_expect(eq(int, fake_run(), 0));
	fake_end("100 fork\n"
		 "  created 101, child 1 of 100\n"
		 "  CONT 100\n"
		 "101 attached\n"
		 "  CONT 101\n"
		 "101 exited 0\n"
		 "  end of 101: 0\n"
		 "100 exited 3\n"
		 "  end of 100: 3\n");
}

/* clone(2): the child may be scheduled before its parent has reported. */
Test(engine_loop, a_child_that_is_there_before_it_is_announced)
{
	static const struct fake_report reports[] = {
		{101, FAKE_ATTACHED},
		{100, FORK, .message = 101},
		{101, FAKE_SECCOMP, "read", {3}},
		{101, FAKE_EXITED(0)},
		{100, FAKE_EXITED(0)},
		{0},
	};

	fake_begin(reports);
	fake_process(100);
	cr_expect(eq(int, fake_run(), 0));
	fake_end("101 attached\n"
		 "100 fork\n"
		 "  created 101, child 1 of 100\n"
		 "  CONT 101\n"
		 "  CONT 100\n"
		 "101 seccomp read\n"
		 "  entry read(3)\n"
		 "  CONT 101\n"
		 "101 exited 0\n"
		 "  end of 101: 0\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

Test(engine_loop, a_child_that_nobody_will_announce_is_killed)
{
	static const struct fake_report reports[] = {
		{101, FAKE_ATTACHED},
		{100, FAKE_KILLED(SIGKILL)},
		{0},
	};

	fake_begin(reports);
	fake_process(100);
	cr_expect(eq(int, fake_run(), 0));
	engine_kill_all(&fake.engine);
	fake_end("101 attached\n"
		 "100 killed SIGKILL\n"
		 "  end of 100: SIGKILL\n"
		 "  kill 101 SIGKILL\n");
}

Test(engine_loop, vfork)
{
	static const struct fake_report reports[] = {
		{100, VFORK, .message = 101},
		{101, FAKE_ATTACHED},
		{101, FAKE_SECCOMP, "close", {3}},
		{101, EXEC, .message = 101},
		{100, VFORK_DONE},
		{101, FAKE_KILLED(SIGSEGV)},
		{100, FAKE_EXITED(0)},
		{0},
	};

	fake_begin(reports);
	fake_process(100);
	fake_program(101, 0x11000, 0);
	cr_expect(eq(int, fake_run(), 0));
	fake_end("100 vfork\n"
		 "  created 101, child 1 of 100\n"
		 "  CONT 100\n"
		 "101 attached\n"
		 "  CONT 101\n"
		 "101 seccomp close\n"
		 "  entry close(3)\n"
		 "  CONT 101\n"
		 "101 exec\n"
		 "  started 101\n"
		 "  CONT 101\n"
		 "100 vfork-done\n"
		 "  CONT 100\n"
		 "101 killed SIGSEGV\n"
		 "  end of 101: SIGSEGV\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

/* ptrace(2): all other threads end, and the one that called goes on under the leader's id. */
Test(engine_loop, exec_from_another_thread)
{
	static const struct fake_report reports[] = {
		{100, CLONE, .message = 102},
		{102, FAKE_ATTACHED},
		{100, FAKE_SECCOMP, "futex", {1}},
		{102, FAKE_SECCOMP, "execve", {2}},
		{100, EXEC, .message = 102},
		{100, FAKE_SECCOMP, "read", {3}},
		{100, FAKE_EXITED(0)},
		{0},
	};
	struct process *p;

	fake_begin(reports);
	p = fake_process(100);
	fake_thread(102, 100, 0, 0);
	fake_program(100, 0x11000, 0);
	cr_expect(eq(int, fake_run(), 0));
	cr_expect(eq(uint, p->threads_live, 0));
	fake_end("100 clone\n"
		 "  CONT 100\n"
		 "102 attached\n"
		 "  CONT 102\n"
		 "100 seccomp futex\n"
		 "  entry futex(1)\n"
		 "  CONT 100\n"
		 "102 seccomp execve\n"
		 "  entry execve(2)\n"
		 "  CONT 102\n"
		 "100 exec\n"
		 "  started 100\n"
		 "  CONT 100\n"
		 "100 seccomp read\n"
		 "  entry read(3)\n"
		 "  CONT 100\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

static void entry_watches_futex(void *ctx, struct tracee *t)
{
	tell_entry(ctx, t);
	if (t->call.args[0] == 1)
		tracee_watch_blocked(&fake.engine, t);
}

/* The leader sleeps, watched, when another thread replaces the program. */
Test(engine_loop, exec_ends_the_watch_on_the_leader)
{
	static const struct fake_report reports[] = {
		{100, CLONE, .message = 102},	   {102, FAKE_ATTACHED},
		{100, FAKE_SECCOMP, "futex", {1}}, {100, EXEC, .message = 102},
		{100, FAKE_SIGNAL(SIGTERM)},	   {0},
	};

	fake_begin(reports);
	tell_entry = fake_ops.call_entry;
	fake_ops.call_entry = entry_watches_futex;
	fake_process(100);
	fake_thread(102, 100, 0, 0);
	fake_program(100, 0x11000, 0);
	cr_expect(eq(int, fake_run(), 0));
	cr_expect(eq(uint, fake.engine.watched, 0));
	cr_expect(eq(int, fake.engine.frozen_for, 0));
	fake_end(NULL);
}

/* A dynamic program: the loader's calls are not told, and where it ends is a breakpoint. */
Test(engine_loop, calls_of_the_loader_are_not_told)
{
	static const struct fake_report reports[] = {
		{100, FAKE_SECCOMP, "openat", {7}, .ip = 0x7000},
		{100, EXEC, .message = 100},
		{100, FAKE_SECCOMP, "openat", {4}},
		{100, TRAP, .ip = 0x11001},
		{100, FAKE_SECCOMP, "openat", {5}},
		{100, FAKE_EXITED(0)},
		{0},
	};
	static const unsigned char nop = 0x90;
	unsigned char at_entry;

	fake_begin(reports);
	fake_process(100);
	fake_program(100, 0x11000, 0x7f0000);
	fake_poke(0x11000, &nop, 1);
	cr_expect(eq(int, fake_run(), 0));
	fake_peek(0x11000, &at_entry, 1);
	cr_expect(eq(int, at_entry, nop), "the breakpoint is left");
	fake_end("100 seccomp openat\n"
		 "  entry openat(7)\n"
		 "  CONT 100\n"
		 "100 exec\n"
		 "  CONT 100\n"
		 "100 seccomp openat\n"
		 "  CONT 100\n"
		 "100 trap\n"
		 "  started 100\n"
		 "  SETREGS 100 ip-1\n"
		 "  CONT 100\n"
		 "100 seccomp openat\n"
		 "  entry openat(5)\n"
		 "  CONT 100\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

Test(engine_loop, calls_of_another_architecture_are_noted_and_let_go)
{
	static const struct fake_report reports[] = {
		{100, FAKE_SECCOMP, "read", {3}, .foreign = true},
		{100, FAKE_SECCOMP, "read", {3}, .tag = 2},
		{100, FAKE_EXITED(0)},
		{0},
	};
	struct process *p;

	fake_begin(reports);
	p = fake_process(100);
	cr_expect(eq(int, fake_run(), 0));
	cr_expect(p->foreign_calls);
	fake_end("100 seccomp read\n"
		 "  CONT 100\n"
		 "100 seccomp read\n"
		 "  CONT 100\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

#if defined(__x86_64__)

/* What the kernel has put on the stack: where the handler returns to. */
static void return_to(uint64_t ip)
{
	fake_poke(FRAME + arch_native->sigframe_ip, &ip, sizeof(ip));
}

Test(engine_loop, a_handler_without_sa_restart_ends_the_call_with_eintr)
{
	static const struct fake_report reports[] = {
		{100, FAKE_SECCOMP, "read", {3}},
		{100, FAKE_SYSCALL, "read", {3}, -512, .at_exit = true},
		{100, FAKE_SIGNAL(SIGUSR1), "read", {3}, -512},
		{100, TRAP, .ip = 0x12000, .sp = FRAME},
		{100, FAKE_SECCOMP, "rt_sigreturn", .sp = FRAME},
		{100, FAKE_SECCOMP, "read", {3}},
		{100, FAKE_EXITED(0)},
		{0},
	};

	begin_watching(reports);
	fake_process(100);
	fake_signals(100, BIT(SIGUSR1), 0);
	return_to(FAKE_IP);
	cr_expect(eq(int, fake_run(), 0));
	fake_end("100 seccomp read\n"
		 "  entry read(3)\n"
		 "  SYSCALL 100\n"
		 "100 syscall-exit read\n"
		 "  SYSCALL 100\n"
		 "100 signal SIGUSR1\n"
		 "  delivery SIGUSR1, interrupts\n"
		 "  STEP 100 SIGUSR1\n"
		 "100 trap\n"
		 "  exit read(3) = -4\n"
		 "  handler of SIGUSR1, depth 1\n"
		 "  CONT 100\n"
		 "100 seccomp rt_sigreturn\n"
		 "  handler left, depth 0\n"
		 "  entry rt_sigreturn(0)\n"
		 "  SYSCALL 100\n"
		 "100 seccomp read\n"
		 "  entry read(3)\n"
		 "  SYSCALL 100\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

/* Between the two entries the handler makes calls of its own, one of them at the same place. */
Test(engine_loop, a_handler_with_sa_restart_makes_the_same_call_again)
{
	static const struct fake_report reports[] = {
		{100, FAKE_SECCOMP, "read", {3}},
		{100, FAKE_SYSCALL, "read", {3}, -512, .at_exit = true},
		{100, FAKE_SIGNAL(SIGUSR1), "read", {3}, -512},
		{100, TRAP, .ip = 0x12000, .sp = FRAME},
		{100, FAKE_SECCOMP, "read", {9}, .sp = FRAME - 64},
		{100, FAKE_SYSCALL, "read", {9}, 1, .at_exit = true, .sp = FRAME - 64},
		{100, FAKE_SECCOMP, "rt_sigreturn", .sp = FRAME},
		{100, FAKE_SECCOMP, "read", {3}},
		{100, FAKE_SYSCALL, "read", {3}, 5, .at_exit = true},
		{100, FAKE_EXITED(0)},
		{0},
	};

	begin_watching(reports);
	fake_process(100);
	fake_signals(100, BIT(SIGUSR1), 0);
	return_to(FAKE_IP - 2);
	cr_expect(eq(int, fake_run(), 0));
	fake_end("100 seccomp read\n"
		 "  entry read(3)\n"
		 "  SYSCALL 100\n"
		 "100 syscall-exit read\n"
		 "  SYSCALL 100\n"
		 "100 signal SIGUSR1\n"
		 "  delivery SIGUSR1, interrupts\n"
		 "  STEP 100 SIGUSR1\n"
		 "100 trap\n"
		 "  handler of SIGUSR1, depth 1\n"
		 "  CONT 100\n"
		 "100 seccomp read\n"
		 "  entry read(9)\n"
		 "  SYSCALL 100\n"
		 "100 syscall-exit read\n"
		 "  exit read(9) = 1\n"
		 "  CONT 100\n"
		 "100 seccomp rt_sigreturn\n"
		 "  handler left, depth 0\n"
		 "  entry rt_sigreturn(0)\n"
		 "  SYSCALL 100\n"
		 "100 seccomp read\n"
		 "  entry read(3) again\n"
		 "  SYSCALL 100\n"
		 "100 syscall-exit read\n"
		 "  exit read(3) = 5\n"
		 "  CONT 100\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

/* With a restart block the kernel asks for restart_syscall(2). */
Test(engine_loop, a_sleep_that_goes_on_after_an_ignored_signal_is_the_same_call)
{
	static const struct fake_report reports[] = {
		{100, FAKE_SECCOMP, "nanosleep", {1}},
		{100, FAKE_SIGNAL(SIGCHLD), "nanosleep", {1}, -516},
		{100, FAKE_SECCOMP, "nanosleep", {1}, .restarts = true},
		{100, FAKE_SIGNAL(SIGCHLD), "restart_syscall", {1}, -516},
		{100, FAKE_SECCOMP, "nanosleep", {1}, .restarts = true},
		{100, FAKE_SECCOMP, "nanosleep", {1}},
		{100, FAKE_EXITED(0)},
		{0},
	};

	fake_begin(reports);
	fake_process(100);
	cr_expect(eq(int, fake_run(), 0));
	fake_end("100 seccomp nanosleep\n"
		 "  entry nanosleep(1)\n"
		 "  CONT 100\n"
		 "100 signal SIGCHLD\n"
		 "  delivery SIGCHLD, interrupts\n"
		 "  CONT 100\n"
		 "100 seccomp restart_syscall\n"
		 "  entry nanosleep(1) again\n"
		 "  CONT 100\n"
		 "100 signal SIGCHLD\n"
		 "  delivery SIGCHLD, interrupts\n"
		 "  CONT 100\n"
		 "100 seccomp restart_syscall\n"
		 "  entry nanosleep(1) again\n"
		 "  CONT 100\n"
		 "100 seccomp nanosleep\n"
		 "  entry nanosleep(1)\n"
		 "  CONT 100\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

static unsigned sent_back;

static void entry_sends_back(void *ctx, struct tracee *t)
{
	struct arch_regs *regs;

	tell_entry(ctx, t);
	if (sent_back++ || tracee_get_regs(t, &regs))
		return;
	arch_native->rewind_call(regs, t->call.nr, t->call.args[0]);
	tracee_dirty_regs(t);
	call_expect_again(t, &t->call);
}

/* `signal` with `when: before`: the handler's own calls are others, the call is still the same. */
Test(engine_loop, a_call_sent_back_is_the_same_after_a_handler_with_calls)
{
	static const struct fake_report reports[] = {
		{100, FAKE_SECCOMP, "read", {3}},
		{100, FAKE_SIGNAL(SIGUSR1)},
		{100, TRAP, .ip = 0x12000, .sp = FRAME},
		{100, FAKE_SECCOMP, "write", {4}, .sp = FRAME - 64},
		{100, FAKE_SECCOMP, "rt_sigreturn", .sp = FRAME},
		{100, FAKE_SECCOMP, "read", {3}},
		{100, FAKE_EXITED(0)},
		{0},
	};

	fake_begin(reports);
	tell_entry = fake_ops.call_entry;
	fake_ops.call_entry = entry_sends_back;
	sent_back = 0;
	fake_process(100);
	fake_signals(100, BIT(SIGUSR1), 0);
	cr_expect(eq(int, fake_run(), 0));
	fake_end("100 seccomp read\n"
		 "  entry read(3)\n"
		 "  SETREGS 100 nr=-1 result=0 ip-2\n"
		 "  CONT 100\n"
		 "100 signal SIGUSR1\n"
		 "  delivery SIGUSR1\n"
		 "  STEP 100 SIGUSR1\n"
		 "100 trap\n"
		 "  handler of SIGUSR1, depth 1\n"
		 "  CONT 100\n"
		 "100 seccomp write\n"
		 "  entry write(4)\n"
		 "  CONT 100\n"
		 "100 seccomp rt_sigreturn\n"
		 "  handler left, depth 0\n"
		 "  entry rt_sigreturn(0)\n"
		 "  CONT 100\n"
		 "100 seccomp read\n"
		 "  entry read(3) again\n"
		 "  CONT 100\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

/* ENGINE: a traced thread is woken by what it ignores; epoll_wait would fail with EINTR. */
Test(engine_loop, an_ignored_signal_does_not_end_epoll_wait)
{
	static const struct fake_report reports[] = {
		{100, FAKE_SECCOMP, "epoll_wait", {3, 0x12000, 8, (uint64_t)-1}},
		{100, FAKE_SIGNAL(SIGCHLD), "epoll_wait", {3, 0x12000, 8, (uint64_t)-1}, -4},
		{100, FAKE_SECCOMP, "epoll_wait", {3, 0x12000, 8, (uint64_t)-1}},
		{100, FAKE_EXITED(0)},
		{0},
	};

	fake_begin(reports);
	fake_process(100);
	cr_expect(eq(int, fake_run(), 0));
	fake_end("100 seccomp epoll_wait\n"
		 "  entry epoll_wait(3)\n"
		 "  CONT 100\n"
		 "100 signal SIGCHLD\n"
		 "  delivery SIGCHLD\n"
		 "  SETREGS 100 nr=-1 result=232 ip-2\n"
		 "  SYSCALL 100\n"
		 "100 seccomp epoll_wait\n"
		 "  entry epoll_wait(3) again\n"
		 "  SYSCALL 100\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

/* The exit was asked for: its stop comes first, and the EINTR there is not the end. */
Test(engine_loop, an_eintr_that_is_undone_is_not_told)
{
	static const struct fake_report reports[] = {
		{100, FAKE_SECCOMP, "epoll_wait", {3, 0x12000, 8, (uint64_t)-1}},
		{100,
		 FAKE_SYSCALL,
		 "epoll_wait",
		 {3, 0x12000, 8, (uint64_t)-1},
		 -4,
		 .at_exit = true},
		{100, FAKE_SIGNAL(SIGCHLD), "epoll_wait", {3, 0x12000, 8, (uint64_t)-1}, -4},
		{100, FAKE_SECCOMP, "epoll_wait", {3, 0x12000, 8, (uint64_t)-1}},
		{100,
		 FAKE_SYSCALL,
		 "epoll_wait",
		 {3, 0x12000, 8, (uint64_t)-1},
		 1,
		 .at_exit = true},
		{100, FAKE_EXITED(0)},
		{0},
	};

	begin_watching(reports);
	fake_process(100);
	cr_expect(eq(int, fake_run(), 0));
	fake_end("100 seccomp epoll_wait\n"
		 "  entry epoll_wait(3)\n"
		 "  SYSCALL 100\n"
		 "100 syscall-exit epoll_wait\n"
		 "  SYSCALL 100\n"
		 "100 signal SIGCHLD\n"
		 "  delivery SIGCHLD, interrupts\n"
		 "  SETREGS 100 nr=-1 result=232 ip-2\n"
		 "  SYSCALL 100\n"
		 "100 seccomp epoll_wait\n"
		 "  entry epoll_wait(3) again\n"
		 "  SYSCALL 100\n"
		 "100 syscall-exit epoll_wait\n"
		 "  exit epoll_wait(3) = 1\n"
		 "  CONT 100\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

/* A handler's EINTR is real, and so is that of job control. */
Test(engine_loop, a_real_eintr_of_epoll_wait_is_told_once)
{
	static const struct fake_report reports[] = {
		{100, FAKE_SECCOMP, "epoll_wait", {3}},
		{100, FAKE_SYSCALL, "epoll_wait", {3}, -4, .at_exit = true},
		{100, FAKE_SIGNAL(SIGUSR1), "epoll_wait", {3}, -4},
		{100, TRAP, .ip = 0x12000, .sp = FRAME},
		{100, FAKE_SECCOMP, "rt_sigreturn", .sp = FRAME},
		{100, FAKE_SECCOMP, "epoll_wait", {3}},
		{100, FAKE_SYSCALL, "epoll_wait", {3}, -4, .at_exit = true},
		{100, FAKE_SIGNAL(SIGSTOP), "epoll_wait", {3}, -4},
		{100, GROUP(SIGSTOP), "epoll_wait", {3}, -4},
		{100, FAKE_ATTACHED, "epoll_wait", {3}, -4},
		{100, FAKE_SIGNAL(SIGCONT), "epoll_wait", {3}, -4},
		{100, FAKE_SECCOMP, "epoll_wait", {3}},
		{100, FAKE_EXITED(0)},
		{0},
	};

	begin_watching(reports);
	fake_process(100);
	fake_signals(100, BIT(SIGUSR1), 0);
	return_to(FAKE_IP);
	cr_expect(eq(int, fake_run(), 0));
	fake_end("100 seccomp epoll_wait\n"
		 "  entry epoll_wait(3)\n"
		 "  SYSCALL 100\n"
		 "100 syscall-exit epoll_wait\n"
		 "  SYSCALL 100\n"
		 "100 signal SIGUSR1\n"
		 "  delivery SIGUSR1, interrupts\n"
		 "  STEP 100 SIGUSR1\n"
		 "100 trap\n"
		 "  exit epoll_wait(3) = -4\n"
		 "  handler of SIGUSR1, depth 1\n"
		 "  CONT 100\n"
		 "100 seccomp rt_sigreturn\n"
		 "  handler left, depth 0\n"
		 "  entry rt_sigreturn(0)\n"
		 "  SYSCALL 100\n"
		 "100 seccomp epoll_wait\n"
		 "  entry epoll_wait(3)\n"
		 "  SYSCALL 100\n"
		 "100 syscall-exit epoll_wait\n"
		 "  SYSCALL 100\n"
		 "100 signal SIGSTOP\n"
		 "  delivery SIGSTOP, interrupts\n"
		 "  SYSCALL 100 SIGSTOP\n"
		 "100 group-stop SIGSTOP\n"
		 "  100 SIGSTOP\n"
		 "  LISTEN 100\n"
		 "100 attached\n"
		 "  100 goes on\n"
		 "  exit epoll_wait(3) = -4\n"
		 "  CONT 100\n"
		 "100 signal SIGCONT\n"
		 "  delivery SIGCONT\n"
		 "  CONT 100\n"
		 "100 seccomp epoll_wait\n"
		 "  entry epoll_wait(3)\n"
		 "  SYSCALL 100\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

/*
 * An event loop whose epoll_wait is not traced: nothing is heard of it but the
 * signals.  The second round is another call, with its own time.
 */
Test(engine_loop, each_untraced_epoll_wait_has_its_own_time)
{
	static const struct fake_report reports[] = {
		{100, FAKE_SIGNAL(SIGCHLD), "epoll_wait", {3, 0x12000, 8, 50000}, -4},
		{100, FAKE_SYSCALL, "epoll_wait", {3, 0x12000, 8, 50000}},
		{100, FAKE_SYSCALL, "epoll_wait", {3, 0x12000, 8, 50000}, 1, .at_exit = true},
		{100, FAKE_SIGNAL(SIGCHLD), "epoll_wait", {4, 0x13000, 9, 70000}, -4},
		{100, FAKE_SYSCALL, "epoll_wait", {4, 0x13000, 9, 70000}},
		{100, FAKE_SYSCALL, "epoll_wait", {4, 0x13000, 9, 0}, 1, .at_exit = true},
		{100, FAKE_EXITED(0)},
		{0},
	};

	if (is_under_valgrind())
		cr_skip_test("the time that passes here is seen in the registers");
	fake_begin(reports);
	fake_process(100);
	cr_expect(eq(int, fake_run(), 0));
	/* At the exit the kernel's copy of the time is replaced by what the program had there. */
	fake_end("100 signal SIGCHLD\n"
		 "  delivery SIGCHLD\n"
		 "  SETREGS 100 nr=-1 result=232 ip-2\n"
		 "  SYSCALL 100\n"
		 "100 syscall-entry epoll_wait\n"
		 "  SYSCALL 100\n"
		 "100 syscall-exit epoll_wait\n"
		 "  exit epoll_wait(3) = 1\n"
		 "  SETREGS 100\n"
		 "  CONT 100\n"
		 "100 signal SIGCHLD\n"
		 "  delivery SIGCHLD\n"
		 "  SETREGS 100 nr=-1 result=232 ip-2\n"
		 "  SYSCALL 100\n"
		 "100 syscall-entry epoll_wait\n"
		 "  SYSCALL 100\n"
		 "100 syscall-exit epoll_wait\n"
		 "  exit epoll_wait(4) = 1\n"
		 "  SETREGS 100 arg3=70000\n"
		 "  CONT 100\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

Test(engine_loop, group_stop_and_continue)
{
	static const struct fake_report reports[] = {
		{100, FAKE_SECCOMP, "read", {3}},
		{100, FAKE_SIGNAL(SIGTSTP), "read", {3}, -512},
		{100, GROUP(SIGTSTP), "read", {3}, -512},
		{100, FAKE_ATTACHED, "read", {3}, -512},
		{100, FAKE_SIGNAL(SIGCONT), "read", {3}, -512},
		{100, FAKE_SECCOMP, "read", {3}},
		{100, GROUP(SIGSTOP)},
		{100, FAKE_KILLED(SIGKILL)},
		{0},
	};

	fake_begin(reports);
	fake_process(100);
	cr_expect(eq(int, fake_run(), 0));
	fake_end("100 seccomp read\n"
		 "  entry read(3)\n"
		 "  CONT 100\n"
		 "100 signal SIGTSTP\n"
		 "  delivery SIGTSTP, interrupts\n"
		 "  CONT 100 SIGTSTP\n"
		 "100 group-stop SIGTSTP\n"
		 "  100 SIGTSTP\n"
		 "  LISTEN 100\n"
		 "100 attached\n"
		 "  100 goes on\n"
		 "  CONT 100\n"
		 "100 signal SIGCONT\n"
		 "  delivery SIGCONT, interrupts\n"
		 "  CONT 100\n"
		 "100 seccomp read\n"
		 "  entry read(3) again\n"
		 "  CONT 100\n"
		 "100 group-stop SIGSTOP\n"
		 "  100 SIGSTOP\n"
		 "  LISTEN 100\n"
		 "100 killed SIGKILL\n"
		 "  end of 100: SIGKILL\n");
}

static void interrupt_it(void)
{
	struct tracee *t = engine_find(&fake.engine, 100);
	int rc = tracee_interrupt(&fake.engine, t);

	fake_note("interrupted: %d", rc);
	if (engine_find(&fake.engine, 100) == t && t->state == TRACEE_STOPPED)
		tracee_resume(&fake.engine, t, 0);
}

Test(engine_loop, an_interrupt_finds_another_report_first)
{
	static const struct fake_report reports[] = {
		{100, FAKE_SECCOMP, "read", {3}, .queued = true},
		{100, FAKE_EXITED(0)},
		{0},
	};

	fake_begin(reports);
	fake_process(100);
	interrupt_it();
	cr_expect(eq(int, fake_run(), 0));
	fake_end("  INTERRUPT 100\n"
		 "100 seccomp read\n"
		 "  entry read(3)\n"
		 "  CONT 100\n"
		 "  INTERRUPT 100\n"
		 "100 attached\n"
		 "interrupted: 0\n"
		 "  CONT 100\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

Test(engine_loop, an_interrupt_finds_the_end)
{
	static const struct fake_report reports[] = {
		{100, FAKE_EXITED(7), .queued = true},
		{0},
	};

	fake_begin(reports);
	fake_process(100);
	interrupt_it();
	cr_expect(eq(int, fake_run(), 0));
	fake_end("  INTERRUPT 100\n"
		 "100 exited 7\n"
		 "  end of 100: 7\n"
		 "interrupted: -3\n");
}

/* Forked, and not yet heard of: its first stop comes by itself. */
Test(engine_loop, an_interrupt_of_a_new_process_waits_for_its_first_stop)
{
	static const struct fake_report reports[] = {
		{100, FAKE_ATTACHED},
		{100, FAKE_EXITED(0)},
		{0},
	};

	fake_begin(reports);
	fake_process(100);
	engine_find(&fake.engine, 100)->state = TRACEE_NEW;
	interrupt_it();
	cr_expect(eq(int, fake_run(), 0));
	fake_end("100 attached\n"
		 "interrupted: 0\n"
		 "  CONT 100\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

/* The report is with us already, not with the kernel: waiting for it would be for ever. */
Test(engine_loop, an_interrupt_finds_a_deferred_report)
{
	static const struct fake_report reports[] = {
		{100, FAKE_SECCOMP, "read", {3}},
		{100, FAKE_EXITED(0)},
		{0},
	};
	struct tracee *t;
	int status;

	fake_begin(reports);
	fake_process(100);
	t = engine_find(&fake.engine, 100);
	cr_assert(eq(int, engine_wait_for(&fake.engine, t, NS_PER_MS, &status), 0));
	tracee_defer(&fake.engine, t, status);
	interrupt_it();
	cr_expect(eq(int, fake_run(), 0));
	fake_end("100 seccomp read\n"
		 "  INTERRUPT 100\n"
		 "  entry read(3)\n"
		 "  CONT 100\n"
		 "  INTERRUPT 100\n"
		 "100 attached\n"
		 "interrupted: 0\n"
		 "  CONT 100\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

Test(engine_loop, deferred_reports_come_in_their_order_and_before_new_ones)
{
	static const struct fake_report reports[] = {
		{100, FAKE_SECCOMP, "read", {3}},
		{200, FAKE_SECCOMP, "read", {4}},
		{300, FAKE_SECCOMP, "read", {5}},
		{300, FAKE_EXITED(0)},
		{200, FAKE_EXITED(0)},
		{100, FAKE_EXITED(0)},
		{0},
	};
	int status;

	fake_begin(reports);
	for (pid_t pid = 100; pid <= 300; pid += 100)
		fake_process(pid);
	for (pid_t pid = 200; pid >= 100; pid -= 100) {
		struct tracee *t = engine_find(&fake.engine, pid);

		cr_assert(eq(int, engine_wait_for(&fake.engine, t, NS_PER_MS, &status), 0));
		tracee_defer(&fake.engine, t, status);
	}
	cr_expect(eq(int, fake_run(), 0));
	fake_end("200 seccomp read\n"
		 "100 seccomp read\n"
		 "  entry read(4)\n"
		 "  CONT 200\n"
		 "  entry read(3)\n"
		 "  CONT 100\n"
		 "300 seccomp read\n"
		 "  entry read(5)\n"
		 "  CONT 300\n"
		 "300 exited 0\n"
		 "  end of 300: 0\n"
		 "200 exited 0\n"
		 "  end of 200: 0\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

/* Killed while its stop waits to be handled: the death is what counts. */
Test(engine_loop, a_deferred_death_ends_the_process)
{
	static const struct fake_report reports[] = {
		{100, FAKE_EXITED(5), .queued = true},
		{0},
	};
	struct tracee *t;
	int status;

	fake_begin(reports);
	fake_process(100);
	t = engine_find(&fake.engine, 100);
	cr_assert(eq(int, engine_wait_for(&fake.engine, t, NS_PER_MS, &status), 0));
	tracee_defer(&fake.engine, t, status);
	engine_kill_all(&fake.engine);
	cr_expect(eq(uint, fake.engine.live_processes, 0));
	fake_end("100 exited 5\n"
		 "  kill 100 SIGKILL\n");
}

static void entry_watches_100(void *ctx, struct tracee *t)
{
	tell_entry(ctx, t);
	if (t->tid == 100)
		tracee_watch_blocked(&fake.engine, t);
}

static void fall_asleep(void)
{
	fake_state(100, 'S', "read");
}

static void blocked_as_told(void *ctx, struct tracee *t)
{
	(void)ctx;
	fake_note("  blocked %s by %d", t->tid == 100 ? "read" : "?", t->tid);
	fake_state(100, 'R', NULL);
}

/*
 * While 100 goes to sleep nobody else may move; 300 had something to report
 * when it was stopped, which is handled when all go on.
 */
Test(engine_loop, others_are_frozen_while_one_goes_to_sleep)
{
	static const struct fake_report reports[] = {
		{100, FAKE_SECCOMP, "read", {3}},
		{300, FAKE_SECCOMP, "write", {5}, .queued = true, .before = fall_asleep},
		{300, FAKE_EXITED(0)},
		{200, FAKE_EXITED(0)},
		{100, FAKE_EXITED(0)},
		{0},
	};

	fake_begin(reports);
	tell_entry = fake_ops.call_entry;
	fake_ops.call_entry = entry_watches_100;
	fake_ops.call_blocked = blocked_as_told;
	for (pid_t pid = 100; pid <= 300; pid += 100)
		fake_process(pid);
	cr_expect(eq(int, fake_run(), 0));
	fake_end("100 seccomp read\n"
		 "  entry read(3)\n"
		 "  INTERRUPT 200\n"
		 "200 attached\n"
		 "  INTERRUPT 300\n"
		 "300 seccomp write\n"
		 "  SYSCALL 100\n"
		 "  blocked read by 100\n"
		 "  CONT 200\n"
		 "  entry write(5)\n"
		 "  CONT 300\n"
		 "300 exited 0\n"
		 "  end of 300: 0\n"
		 "200 exited 0\n"
		 "  end of 200: 0\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}

/* All kinds of stops in a row, with a fork, a thread, an exec, handlers and job control. */
static const struct fake_report everything[] = {
	{100, FAKE_SECCOMP, "read", {3}},
	{100, FAKE_SYSCALL, "read", {3}, -512, .at_exit = true},
	{100, FAKE_SIGNAL(SIGUSR1), "read", {3}, -512},
	{100, TRAP, .ip = 0x12000, .sp = FRAME},
	{100, FAKE_SECCOMP, "rt_sigreturn", .sp = FRAME},
	{100, FAKE_SECCOMP, "epoll_wait", {3, 0x12000, 8, 500}},
	{100, FAKE_SIGNAL(SIGCHLD), "epoll_wait", {3, 0x12000, 8, 500}, -4},
	{100, FAKE_SECCOMP, "epoll_wait", {3, 0x12000, 8, 500}},
	{100, FAKE_SYSCALL, "epoll_wait", {3, 0x12000, 8, 499}, 0, .at_exit = true},
	{100, FAKE_SIGNAL(SIGSTOP)},
	{100, GROUP(SIGSTOP)},
	{100, FAKE_ATTACHED},
	{100, FAKE_SIGNAL(SIGCONT)},
	{100, CLONE, .message = 102},
	{102, FAKE_ATTACHED},
	{102, FAKE_SECCOMP, "futex", {9}},
	{100, FORK, .message = 101},
	{101, FAKE_ATTACHED},
	{101, EXEC, .message = 101},
	{101, TRAP, .ip = 0x11001},
	{101, FAKE_SECCOMP, "write", {4}},
	{101, FAKE_EXITED(0)},
	{102, FAKE_EXITED(0)},
	{100, FAKE_EXITED(0)},
	{0},
};

static unsigned play_everything(unsigned die_at)
{
	begin_watching(everything);
	fake_die_at(die_at);
	fake_process(100);
	fake_signals(100, BIT(SIGUSR1), 0);
	fake_signals(101, 0, 0);
	fake_thread(102, 100, 0, 0);
	fake_program(101, 0x11000, 0x7f0000);
	return_to(FAKE_IP);
	cr_expect(eq(int, fake_run(), 0), "killed at request %u", die_at);
	for (struct process *p = fake.engine.processes; p; p = p->next)
		cr_expect(p->exited, "%d lives on, killed at request %u", p->tgid, die_at);
	fake_end(NULL);
	return fake.requests;
}

/* SIGKILL can come at any stop: the death is an event, never an error. */
Test(engine_loop, a_death_at_any_moment_is_survived)
{
	unsigned count = play_everything(0);

	cr_expect(gt(uint, count, 40));
	for (unsigned n = 1; n <= count; n++)
		play_everything(n);
}
#endif
