/*
 * Signals, handlers and job control, with the kernel played by fake_tracer.h.
 */
#if defined(__x86_64__) /* what the registers look like */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/util.h"
#include "engine/remote.h"
#include "lib/needs.h"
#include "loop.h"

static void (*tell_entry)(void *ctx, struct tracee *t);

Test(engine_loop_signals, a_handler_without_sa_restart_ends_the_call_with_eintr)
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
Test(engine_loop_signals, a_handler_with_sa_restart_makes_the_same_call_again)
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
Test(engine_loop_signals, a_sleep_that_goes_on_after_an_ignored_signal_is_the_same_call)
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
Test(engine_loop_signals, a_call_sent_back_is_the_same_after_a_handler_with_calls)
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
Test(engine_loop_signals, an_ignored_signal_does_not_end_epoll_wait)
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
Test(engine_loop_signals, an_eintr_that_is_undone_is_not_told)
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
Test(engine_loop_signals, a_real_eintr_of_epoll_wait_is_told_once)
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
Test(engine_loop_signals, each_untraced_epoll_wait_has_its_own_time)
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

Test(engine_loop_signals, group_stop_and_continue)
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
Test(engine_loop_signals, a_death_at_any_moment_is_survived)
{
	unsigned count = play_everything(0);

	cr_expect(gt(uint, count, 40));
	for (unsigned n = 1; n <= count; n++)
		play_everything(n);
}
#endif
