/*
 * The loop with the kernel played by fake_tracer.h: what it does at each stop,
 * in orders that real processes show once in a while only.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/util.h"
#include "engine/remote.h"
#include "loop.h"

static void (*tell_entry)(void *ctx, struct tracee *t);

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

static void entry_watches_all(void *ctx, struct tracee *t)
{
	tell_entry(ctx, t);
	tracee_watch_blocked(&fake.engine, t);
}

static void blocked_by_any(void *ctx, struct tracee *t)
{
	(void)ctx;
	fake_note("  blocked by %d", t->tid);
	fake_state(t->tid, 'R', NULL);
}

static void other_falls_asleep(void)
{
	fake_state(300, 'S', "msgrcv");
}

/*
 * 300 was on its way into its call when it was interrupted: the call is cut
 * off, and made again.  Were 200 let go meanwhile, its own call would be
 * watched next, interrupt 300 again, and so on without end.
 */
Test(engine_loop, who_is_interrupted_by_us_is_watched_on)
{
	static const struct fake_report reports[] = {
		{100, FAKE_SECCOMP, "read", {3}},
		{300, FAKE_SECCOMP, "msgrcv", {5}, .queued = true, .before = fall_asleep},
		{300, FAKE_SYSCALL, "msgrcv", {5}, -514, .at_exit = true},
		{300, FAKE_ATTACHED},
		{300, FAKE_SECCOMP, "msgrcv", {5}, .before = other_falls_asleep},
		{300, FAKE_EXITED(0)},
		{200, FAKE_EXITED(0)},
		{100, FAKE_EXITED(0)},
		{0},
	};

	fake_begin(reports);
	tell_entry = fake_ops.call_entry;
	fake_ops.call_entry = entry_watches_all;
	fake_ops.call_blocked = blocked_by_any;
	for (pid_t pid = 100; pid <= 300; pid += 100)
		fake_process(pid);
	cr_expect(eq(int, fake_run(), 0));
	fake_end("100 seccomp read\n"
		 "  entry read(3)\n"
		 "  INTERRUPT 200\n"
		 "200 attached\n"
		 "  INTERRUPT 300\n"
		 "300 seccomp msgrcv\n"
		 "  SYSCALL 100\n"
		 "  blocked by 100\n"
		 "  CONT 200\n"
		 "  entry msgrcv(5)\n"
		 "  INTERRUPT 100\n"
		 "100 attached\n"
		 "  INTERRUPT 200\n"
		 "200 attached\n"
		 "  SYSCALL 300\n"
		 "300 syscall-exit msgrcv\n"
		 "  SYSCALL 300\n"
		 "300 attached\n"
		 "  SYSCALL 300\n"
		 "300 seccomp msgrcv\n"
		 "  entry msgrcv(5) again\n"
		 "  SYSCALL 300\n"
		 "  blocked by 300\n"
		 "  SYSCALL 100\n"
		 "  CONT 200\n"
		 "300 exited 0\n"
		 "  end of 300: 0\n"
		 "200 exited 0\n"
		 "  end of 200: 0\n"
		 "100 exited 0\n"
		 "  end of 100: 0\n");
}
