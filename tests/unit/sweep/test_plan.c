#include "sweep/plan.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "lib/fault.h"
#include "recorded.h"
#include "sys/syscalls.h"

static struct scenario_file file;
static struct sweep_base base;
static struct record record;

static void open_base(void)
{
	cr_assert(
		eq(int, base_of_scenario(read_one(recorded_text, &file), ROLE_SUBJECT, &base), 0));
}

static void close_base(void)
{
	record_release(&record);
	base_release(&base);
	scenario_file_release(&file);
}

TestSuite(sweep_plan, .init = open_base, .fini = close_base);

static struct plan planned(bool exhaustive)
{
	const struct plan_options options = {.base = &base.scenario,
					     .record = &record,
					     .compare = SURVIVAL_TRUE,
					     .exhaustive = exhaustive,
					     .deadline_ns = 1000};
	struct plan plan;

	cr_assert(eq(int, sweep_plan_make(&options, &plan), 0));
	return plan;
}

/* The titles of all attempts, one a line. */
static void expect_plan(bool exhaustive, const char *want)
{
	struct plan plan = planned(exhaustive);
	char text[4096] = "";

	for (size_t i = 0; i < plan.count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s\n",
			 plan.attempts[i]->scenario.title);
	cr_expect(eq(str, text, (char *)want));
	sweep_plan_release(&plan);
}

Test(sweep_plan, picks_the_first_the_last_and_one_between)
{
	size_t picks[PICKS_MAX];

	cr_expect(eq(sz, sweep_plan_pick(0, 1, 0, picks), 0));
	cr_expect(eq(sz, sweep_plan_pick(1, 1, 0, picks), 1));
	cr_expect(eq(sz, sweep_plan_pick(2, 1, 0, picks), 2));
	cr_expect(eq(sz, picks[1], 1));
	for (uint64_t seed = 0; seed < 100; seed++)
		for (size_t places = 3; places < 9; places++) {
			cr_expect(eq(sz, sweep_plan_pick(places, seed, 4, picks), 3));
			cr_expect(eq(sz, picks[0], 0));
			cr_expect(picks[1] > 0 && picks[1] < places - 1);
			cr_expect(eq(sz, picks[2], places - 1));
		}
}

Test(sweep_plan, the_pick_between_is_of_the_seed)
{
	size_t a[PICKS_MAX], b[PICKS_MAX], seen = 0;

	for (uint64_t seed = 0; seed < 200; seed++) {
		sweep_plan_pick(10, seed, 4, a);
		sweep_plan_pick(10, seed, 4, b);
		cr_expect(eq(sz, a[1], b[1]));
		seen |= (size_t)1 << a[1];
	}
	cr_expect(eq(sz, seen, 0x1fe)); /* each of 1 to 8 */
}

Test(sweep_plan, an_error_is_tried_once_and_from_then_on)
{
	record_add(&record, 0, "writer", "write", FD_KIND_FILE, 1, 2, ENOSPC);
	expect_plan(false, "writer: write(1): ENOSPC\n"
			   "writer: write(1) from the first on: ENOSPC\n"
			   "writer: write(1) number 2: ENOSPC\n");
}

Test(sweep_plan, exhaustive_is_every_occurrence)
{
	record_add(&record, 0, "writer", "write", FD_KIND_FILE, 1, 3, ENOSPC);
	expect_plan(true, "writer: write(1): ENOSPC\n"
			  "writer: write(1) from the first on: ENOSPC\n"
			  "writer: write(1) number 2: ENOSPC\n"
			  "writer: write(1) from number 2 on: ENOSPC\n"
			  "writer: write(1) number 3: ENOSPC\n"
			  "writer: write(1) from number 3 on: ENOSPC\n");
}

Test(sweep_plan, one_error_of_a_family_unless_all_are_wanted)
{
	struct call_site *site = record_add(&record, 0, "writer", "pipe2", FD_KIND_NONE, -1, 1, 0);

	site->places[0].errors = UINT64_MAX;
	expect_plan(false, "writer: pipe2(): EMFILE\n"
			   "writer: pipe2() from the first on: EMFILE\n");
	expect_plan(true, "writer: pipe2(): EMFILE\n"
			  "writer: pipe2(): ENFILE\n"
			  "writer: pipe2(): ENOMEM\n"
			  "writer: pipe2() from the first on: EMFILE\n"
			  "writer: pipe2() from the first on: ENFILE\n"
			  "writer: pipe2() from the first on: ENOMEM\n");
}

Test(sweep_plan, an_interruption_does_not_last)
{
	record_add(&record, 0, "writer", "read", FD_KIND_PIPE, 0, 1, EINTR);
	expect_plan(false, "writer: read(0): EINTR\n");
}

Test(sweep_plan, what_only_says_that_an_argument_is_wrong_is_left_out)
{
	record_add(&record, 0, "writer", "read", FD_KIND_DIRECTORY, 0, 1, EISDIR);
	record_add(&record, 0, "writer", "kill", FD_KIND_NONE, -1, 1, ESRCH);
	record_add(&record, 0, "writer", "close", FD_KIND_PIPE, 3, 1, EIO);
	expect_plan(false, "");
}

Test(sweep_plan, faults_of_standard_error_could_not_be_told)
{
	record_add(&record, 0, "writer", "write", FD_KIND_FILE, 2, 1, ENOSPC);
	expect_plan(false, "");
}

Test(sweep_plan, signals_only_where_the_call_waits_and_a_handler_would_run)
{
	struct call_site *site = record_add(&record, 0, "writer", "read", FD_KIND_PIPE, 0, 2, 0);

	site->places[0].signals = UINT64_C(1) << (SIGTERM - 1) | UINT64_C(1) << (SIGSEGV - 1);
	site->places[1].signals = UINT64_C(1) << (SIGCHLD - 1);
	site->places[0].waits = true;
	expect_plan(false, "writer: read(0): SIGTERM, before\n"
			   "writer: read(0), asleep: SIGTERM, blocked\n"
			   "writer: read(0): SIGTERM, pending\n"
			   "writer: read(0): SIGTERM many times, pending\n");
	site->places[1].waits = true;
	expect_plan(false, "writer: read(0): SIGTERM, before\n"
			   "writer: read(0), asleep: SIGTERM, blocked\n"
			   "writer: read(0): SIGTERM, pending\n"
			   "writer: read(0): SIGTERM many times, pending\n"
			   "writer: read(0) number 2: SIGCHLD, before\n"
			   "writer: read(0) number 2: SIGCHLD, pending\n");
}

/* A copy of it, by another number. */
Test(sweep_plan, where_messages_go_nothing_is_tried)
{
	struct call_site *site = record_add(&record, 0, "writer", "close", FD_KIND_FILE, 3, 1, EIO);

	site->places[0].is_stderr = true;
	expect_plan(false, "");
	site->places[0].is_stderr = false;
	expect_plan(false, "writer: close(3): EIO after the fact\n"
			   "writer: close(3) from the first on: EIO after the fact\n");
}

Test(sweep_plan, a_handler_may_break_what_it_does_not_interrupt)
{
	struct call_site *site = record_add(&record, 0, "writer", "openat", FD_KIND_NONE, -1, 2, 0);
	struct plan plan;

	site->places[0].signals = site->places[1].signals = UINT64_C(1) << (SIGTERM - 1);
	expect_plan(false, "writer: openat(): SIGTERM, pending\n");
	plan = planned(false);
	cr_expect(plan.attempts[0]->is_meaning);
	cr_expect(eq(sz, plan.attempts[0]->meaning, ATTEMPT_NONE));
	sweep_plan_release(&plan);
}

Test(sweep_plan, what_a_signal_means_is_tried_first)
{
	struct call_site *site = record_add(&record, 0, "writer", "read", FD_KIND_PIPE, 0, 1, 0);
	struct plan plan;

	site->places[0].waits = true;
	site->places[0].signals = UINT64_C(1) << (SIGTERM - 1) | UINT64_C(1) << (SIGCHLD - 1);
	plan = planned(false);
	cr_assert(eq(sz, plan.count, 8));
	cr_expect(plan.attempts[0]->is_meaning);
	cr_expect(eq(sz, plan.attempts[0]->meaning, ATTEMPT_NONE));
	cr_expect(eq(sz, plan.attempts[1]->meaning, 0));
	cr_expect(eq(sz, plan.attempts[2]->meaning, 0));
	cr_expect(eq(int, plan.attempts[1]->faults[0].at.phase, PHASE_BLOCKED));
	cr_expect(not(plan.attempts[4]->is_meaning)); /* SIGCHLD asks for nothing */
	cr_expect(eq(sz, plan.attempts[5]->meaning, ATTEMPT_NONE));
	cr_expect(eq(int, plan.attempts[0]->scenario.expect.survives, SURVIVAL_SAME));
	cr_expect(eq(int, plan.attempts[0]->scenario.expect.processes[1].exit, EXIT_ALIVE));
	sweep_plan_release(&plan);
}

Test(sweep_plan, each_is_killed_where_others_could_be_left_waiting)
{
	record.processes = 2;
	record_add(&record, 0, "writer", "write", FD_KIND_PIPE, 1, 1, 0);
	record_add(&record, 0, "writer", "write", FD_KIND_FILE, 3, 1, 0);
	record_add(&record, 1, "reader", "read", FD_KIND_PIPE, 0, 1, 0);
	expect_plan(false, "writer: write(1): the buffer is small\n"
			   "writer: write(1): SIGKILL\n"
			   "writer: write(1), done: SIGKILL\n"
			   "writer: write(1): SIGKILL of reader\n"
			   "writer: with a lock in its hands: SIGKILL\n"
			   "writer/child[1]: with a lock in its hands: SIGKILL\n"
			   "writer/child[2]: with a lock in its hands: SIGKILL\n"
			   "reader: read(0): SIGKILL\n"
			   "reader: read(0), done: SIGKILL\n"
			   "reader: read(0): SIGKILL of writer\n"
			   "reader: with a lock in its hands: SIGKILL\n"
			   "reader/child[1]: with a lock in its hands: SIGKILL\n"
			   "reader/child[2]: with a lock in its hands: SIGKILL\n");
}

/* Whoever of the family takes it first: the others still want it. */
Test(sweep_plan, the_first_holder_of_a_lock_is_struck)
{
	struct plan plan;

	record.processes = 2;
	record_add(&record, 0, "writer", "write", FD_KIND_FILE, 3, 1, 0);
	plan = planned(false);
	cr_assert(eq(sz, plan.count, 3));
	cr_expect(eq(int, plan.attempts[0]->faults[0].at.kind, TRIGGER_LOCK));
	cr_expect(eq(int, plan.attempts[0]->faults[0].at.process.part, SELECT_TREE));
	cr_expect(eq(int, plan.attempts[1]->faults[0].at.process.part, SELECT_CHILD));
	sweep_plan_release(&plan);
}

/* The peer is stopped as the call starts; at the first call it may be there already. */
Test(sweep_plan, a_slow_peer_makes_the_call_sleep)
{
	struct call_site *site = record_add(&record, 0, "writer", "wait4", FD_KIND_NONE, -1, 2, 0);
	const struct attempt *attempt;
	struct plan plan;

	site->places[0].signals = UINT64_C(1) << (SIGUSR1 - 1);
	site->places[0].waits = true;
	record_add(&record, 1, "reader", "read", FD_KIND_PIPE, 0, 1, 0);
	expect_plan(false, "writer: wait4(): SIGUSR1, before\n"
			   "writer: wait4(), asleep: SIGUSR1, blocked, while reader is slow\n"
			   "writer: wait4(), asleep: SIGUSR1, blocked\n"
			   "writer: wait4(): SIGUSR1, pending\n"
			   "writer: wait4(): SIGUSR1 many times, pending\n");
	plan = planned(false);
	attempt = plan.attempts[1];
	cr_assert(eq(sz, attempt->scenario.fault_count, 3));
	cr_expect(eq(sz, attempt->main_fault, 1));
	cr_expect(eq(int, attempt->faults[0].at.kind, TRIGGER_STARTED));
	cr_expect(eq(int, attempt->faults[0].action.of_process.process, 1));
	cr_expect(eq(int, attempt->faults[2].at.after, 1));
	cr_expect(eq(int, attempt->faults[2].action.signal, SIGCONT));
	sweep_plan_release(&plan);
	record.sites[0].places[0].nth = 7;
	plan = planned(false);
	cr_expect(eq(int, plan.attempts[1]->faults[0].at.kind, TRIGGER_CALL));
	cr_expect(eq(int, plan.attempts[1]->faults[0].at.phase, PHASE_ENTRY));
	cr_expect(eq(ulong, plan.attempts[1]->faults[0].at.count.list[0], 7));
	cr_expect(eq(ulong, plan.attempts[1]->faults[1].at.count.list[0], 1));
	sweep_plan_release(&plan);
}

/* Before the holder comes to what it does next, while it has the lock. */
Test(sweep_plan, a_slow_holder_makes_others_wait)
{
	struct call_site *site = record_add(&record, 0, "waiter", "flock", FD_KIND_FILE, 3, 1, 0);
	const struct attempt *attempt;
	struct plan plan;

	site->places[0].signals = UINT64_C(1) << (SIGUSR1 - 1);
	site->places[0].waits = true;
	record_add(&record, 1, "holder", "write", FD_KIND_PIPE, 1, 1, 0);
	record_add(&record, 1, "holder", "flock", FD_KIND_FILE, 3, 1, 0);
	record_add(&record, 1, "holder", "read", FD_KIND_PIPE, 0, 1, 0)->places[0].nth = 4;
	plan = planned(false);
	attempt = plan.attempts[1];
	cr_assert(eq(str, attempt->scenario.title,
		     "waiter: flock(3), asleep: SIGUSR1, blocked, while holder holds a lock"));
	cr_assert(eq(sz, attempt->scenario.fault_count, 2));
	cr_expect(eq(int, attempt->faults[0].action.kind, ACTION_STOP));
	cr_expect(eq(int, attempt->faults[0].at.process.process, 1));
	cr_expect(eq(int, attempt->faults[0].at.on.fd, 0));
	cr_expect(eq(ulong, attempt->faults[0].at.count.list[0], 4));
	cr_expect(eq(int, attempt->faults[0].at.calls[0], syscall_from_name("read")));
	cr_assert(ne(ptr, strstr(plan.attempts[2]->scenario.title, "while holder is slow"), NULL));
	sweep_plan_release(&plan);
}

/* What the child has to say it may have said before the parent waits for it. */
Test(sweep_plan, a_child_that_comes_late_makes_the_call_sleep)
{
	struct call_site *site = record_add(&record, 0, "p", "read", FD_KIND_EVENTFD, 3, 1, 0);
	const struct attempt *attempt;
	struct plan plan;

	site->places[0].signals = UINT64_C(1) << (SIGUSR1 - 1);
	site->places[0].waits = true;
	site = record_add(&record, 0, "p/child[1]", "write", FD_KIND_EVENTFD, 3, 1, 0);
	site->part = SELECT_CHILD;
	site->child = 1;
	plan = planned(false);
	attempt = plan.attempts[2];
	cr_assert(eq(str, attempt->scenario.title,
		     "p: read(3), asleep: SIGUSR1, blocked, while p/child[1] comes late"));
	cr_expect(eq(int, attempt->faults[0].at.process.part, SELECT_CHILD));
	cr_expect(eq(int, attempt->faults[0].at.calls[0], syscall_from_name("write")));
	sweep_plan_release(&plan);
}

/* Who begins the whole time anew after each signal never comes to its end. */
Test(sweep_plan, a_limited_wait_is_interrupted_again_and_again)
{
	struct call_site *site = record_add(&record, 0, "p", "poll", FD_KIND_NONE, -1, 1, 0);

	site->places[0].signals = UINT64_C(1) << (SIGUSR1 - 1);
	site->places[0].waits = site->places[0].is_limited = true;
	expect_plan(false, "p: poll(): SIGUSR1, before\n"
			   "p: poll(), asleep: SIGUSR1, blocked\n"
			   "p: poll() from the first on, asleep: SIGUSR1, blocked\n"
			   "p: poll(): SIGUSR1, pending\n"
			   "p: poll(): SIGUSR1 many times, pending\n");
}

/* What its peer's pause makes of it is not the signal's doing. */
Test(sweep_plan, whose_time_is_over_before_its_peer_goes_on_may_say_so)
{
	struct call_site *site = record_add(&record, 0, "p", "poll", FD_KIND_NONE, -1, 1, 0);
	const struct scenario *slow, *alone;
	struct plan plan;

	site->places[0].signals = UINT64_C(1) << (SIGUSR1 - 1);
	site->places[0].waits = site->places[0].is_limited = true;
	site->places[0].limit_ms = 20;
	record_add(&record, 1, "q", "write", FD_KIND_PIPE, 1, 1, 0);
	plan = planned(false);
	slow = &plan.attempts[1]->scenario;
	alone = &plan.attempts[2]->scenario;
	cr_assert(eq(str, slow->title,
		     (char *)"p: poll(), asleep: SIGUSR1, blocked, while q is slow"));
	cr_expect(eq(int, (int)slow->expect.survives, (int)SURVIVAL_TRUE));
	cr_expect(eq(int, (int)alone->expect.survives, (int)SURVIVAL_SAME));
	sweep_plan_release(&plan);
	record.sites[0].places[0].limit_ms = 30000; /* the pause is no matter then */
	plan = planned(false);
	cr_expect(eq(int, (int)plan.attempts[1]->scenario.expect.survives, (int)SURVIVAL_SAME));
	sweep_plan_release(&plan);
}

/* A queue is never full while its receiver waits. */
Test(sweep_plan, a_queue_is_full_while_its_receiver_is_slow)
{
	record_add(&record, 0, "writer", "mq_timedsend", FD_KIND_MQUEUE, 3, 1, EAGAIN);
	record_add(&record, 1, "reader", "mq_timedreceive", FD_KIND_MQUEUE, 3, 1, EAGAIN);
	expect_plan(false, "writer: mq_timedsend(3): there is no room, while reader is slow\n"
			   "writer: mq_timedsend(3): there is no room\n");
}

/* A lock that its maker leaves behind is what the other one finds. */
Test(sweep_plan, the_maker_of_a_named_object_dies_before_another_comes)
{
	struct plan plan;

	record.processes = 2;
	record_add(&record, 0, "maker", "semtimedop", FD_KIND_SEM_SYSV, -1, 1, 0);
	record_add(&record, 1, "other", "semtimedop", FD_KIND_SEM_SYSV, -1, 1, 0);
	plan = planned(false);
	cr_assert(ge(sz, plan.count, 2));
	cr_expect(eq(str, plan.attempts[0]->scenario.title,
		     "maker: semtimedop(): SIGKILL, while other is slow"));
	cr_expect(eq(int, plan.attempts[0]->faults[0].at.kind, TRIGGER_STARTED));
	sweep_plan_release(&plan);
}

/* Others fill a queue; a pipe is full of what the program itself has sent. */
Test(sweep_plan, what_is_full_is_really_filled)
{
	struct call_site *pipe;

	record_add(&record, 0, "writer", "mq_timedsend", FD_KIND_MQUEUE, 3, 1, EAGAIN);
	record_add(&record, 0, "writer", "write", FD_KIND_EVENTFD, 4, 1, EAGAIN);
	record_add(&record, 0, "writer", "write", FD_KIND_PIPE, 5, 1, 0);
	expect_plan(false, "writer: mq_timedsend(3): there is no room\n"
			   "writer: write(4): there is no room\n"
			   "writer: write(5): the buffer is small\n");
	pipe = &record.sites[2];
	pipe->places[0].can_be_nonblocking = true;
	expect_plan(false, "writer: mq_timedsend(3): there is no room\n"
			   "writer: write(4): there is no room\n"
			   "writer: write(5): O_NONBLOCK is set\n"
			   "writer: write(5): there is no room, and O_NONBLOCK is set\n"
			   "writer: write(5): the buffer is small\n");
}

Test(sweep_plan, buffers_are_small_one_by_one_and_all_at_once)
{
	const struct attempt *attempt;
	struct plan plan;

	record_add(&record, 0, "writer", "write", FD_KIND_PIPE, 1, 2, 0);
	record_add(&record, 1, "reader", "write", FD_KIND_PIPE, 4, 1, 0);
	expect_plan(false, "writer: write(1): the buffer is small\n"
			   "writer: write(1): the buffer is small, and others are\n"
			   "reader: write(4): the buffer is small\n"
			   "reader: write(4): the buffer is small, and others are\n");
	plan = planned(false);
	attempt = plan.attempts[1];
	cr_assert(eq(sz, attempt->scenario.fault_count, 2));
	cr_expect(eq(int, attempt->faults[0].at.process.process, 1));
	cr_expect(eq(int, attempt->faults[0].at.on.fd, 4));
	cr_expect(eq(sz, attempt->main_fault, 1));
	sweep_plan_release(&plan);
}

Test(sweep_plan, an_object_is_removed_where_somebody_waits_at_it)
{
	record_add(&record, 0, "writer", "msgrcv", FD_KIND_MSG_SYSV, -1, 1, 0);
	record_add(&record, 0, "writer", "msgctl", FD_KIND_MSG_SYSV, -1, 1, 0);
	record_add(&record, 0, "writer", "mq_timedreceive", FD_KIND_MQUEUE, 3, 1, 0);
	expect_plan(false, "writer: msgrcv(): the object is removed\n");
}

Test(sweep_plan, a_net_loses_datagrams_and_resets_connections)
{
	record_add(&record, 0, "writer", "sendto", FD_KIND_UDP, 3, 1, 0);
	record_add(&record, 0, "writer", "sendto", FD_KIND_TCP, 4, 1, 0);
	record_add(&record, 0, "writer", "sendto", FD_KIND_UNIX_DGRAM, 5, 1, 0);
	expect_plan(false, "writer: sendto(3): the datagram is lost\n"
			   "writer: sendto(3): the datagram comes twice\n"
			   "writer: sendto(3): the datagram comes late\n"
			   "writer: sendto(4): the buffer is small\n"
			   "writer: sendto(4): the connection is reset\n");
}

Test(sweep_plan, what_the_other_does_each_time_does_not_go_on_by_itself)
{
	record_add(&record, 0, "writer", "accept4", FD_KIND_TCP, 3, 1, ECONNABORTED);
	record_add(&record, 0, "writer", "connect", FD_KIND_TCP, 4, 1, ECONNREFUSED);
	expect_plan(false, "writer: accept4(3): ECONNABORTED\n"
			   "writer: connect(4): ECONNREFUSED\n"
			   "writer: connect(4) from the first on: ECONNREFUSED\n");
}

Test(sweep_plan, who_is_alone_leaves_nobody_waiting)
{
	record.processes = 1;
	record_add(&record, 0, "writer", "read", FD_KIND_PIPE, 0, 1, 0);
	expect_plan(false, "");
}

Test(sweep_plan, short_and_nonblocking_where_they_can_be)
{
	struct call_site *site = record_add(&record, 0, "writer", "read", FD_KIND_PIPE, 0, 2, 0);

	struct plan plan;

	for (size_t i = 0; i < 2; i++)
		site->places[i].can_be_short = site->places[i].can_be_nonblocking = true;
	plan = planned(false);
	/* Nothing is wrong when data comes in pieces. */
	cr_expect(eq(int, plan.attempts[0]->scenario.expect.survives, SURVIVAL_SAME));
	sweep_plan_release(&plan);
	expect_plan(false, "writer: read(0): only one byte moves\n"
			   "writer: read(0) from the first on: only one byte moves\n"
			   "writer: read(0): O_NONBLOCK is set\n"
			   "writer: read(0) number 2: only one byte moves\n");
}

Test(sweep_plan, pieces_of_one_byte_come_to_an_end)
{
	struct call_site *site = record_add(&record, 0, "writer", "read", FD_KIND_PIPE, 0, 1, 0);
	const struct count_spec *count;
	struct plan plan;

	site->places[0].can_be_short = true;
	site->places[0].nth = 7;
	plan = planned(false);
	cr_assert(eq(sz, plan.count, 2));
	count = &plan.attempts[1]->faults[0].at.count;
	cr_expect(eq(int, count->kind, COUNT_RANGE));
	cr_expect(eq(u64, count->first, 7));
	cr_expect(eq(u64, count->last, 1006));
	sweep_plan_release(&plan);
}

Test(sweep_plan, an_output_that_others_wait_for_is_left_alone)
{
	struct call_site *site = record_add(&record, 0, "writer", "write", FD_KIND_FILE, 1, 1, EIO);

	site->places[0].is_stdout = true;
	expect_plan(false, "writer: write(1): EIO\n"
			   "writer: write(1) from the first on: EIO\n");
	base.scenario.processes[1].start.of = 0;
	expect_plan(false, "");
}

Test(sweep_plan, what_linux_does_not_say_there_is_left_out)
{
	struct call_site *site;

	record_add(&record, 0, "writer", "accept4", FD_KIND_UNIX_STREAM, 3, 1, EPERM);
	site = record_add(&record, 0, "writer", "read", FD_KIND_PIPE, 0, 1, 0);
	site->places[0].waits = true;
	site->places[0].signals = UINT64_C(1) << 31 | UINT64_C(1) << 32; /* of the C library */
	expect_plan(false, "");
}

Test(sweep_plan, counts_what_no_selector_names)
{
	struct plan plan;

	record_add(&record, 0, "writer/child[1]/child[1]", "write", FD_KIND_FILE, 1, 1, ENOSPC)
		->part = -1;
	plan = planned(false);
	cr_expect(eq(sz, plan.count, 0));
	cr_expect(eq(sz, plan.unreachable, 1));
	sweep_plan_release(&plan);
}

Test(sweep_plan, names_the_thread_only_where_there_are_several)
{
	struct plan plan;

	record_add(&record, 0, "writer", "write", FD_KIND_FILE, 1, 1, ENOSPC)->thread = 2;
	record_add(&record, 1, "reader", "write", FD_KIND_FILE, 1, 1, ENOSPC);
	plan = planned(false);
	cr_assert(eq(sz, plan.count, 4));
	cr_expect(eq(int, plan.attempts[0]->faults[0].at.thread, 2));
	cr_expect(eq(int, plan.attempts[2]->faults[0].at.thread, 0));
	sweep_plan_release(&plan);
}

static int make_one(void *arg)
{
	const struct plan_options options = {.base = &base.scenario, .record = &record};
	struct plan plan;
	int rc = sweep_plan_make(&options, &plan);

	(void)arg;
	if (!rc)
		sweep_plan_release(&plan);
	return rc;
}

/* The kernel cuts a send that waits for room only when a signal comes. */
Test(sweep_plan, a_send_that_waits_goes_as_a_whole)
{
	struct call_site *site = record_add(&record, 0, "writer", "recvfrom", FD_KIND_TCP, 4, 1, 0);

	site->places[0].can_be_short = true;
	site = record_add(&record, 0, "writer", "sendto", FD_KIND_TCP, 5, 1, 0);
	site->places[0].can_be_short = true;
	expect_plan(false, "writer: recvfrom(4): only one byte moves\n"
			   "writer: recvfrom(4) from the first on: only one byte moves\n"
			   "writer: recvfrom(4): the connection is reset\n"
			   "writer: sendto(5): the buffer is small\n"
			   "writer: sendto(5): the connection is reset\n");
}

static bool has_title(const struct plan *plan, const char *title)
{
	for (size_t i = 0; i < plan->count; i++)
		if (strcmp(plan->attempts[i]->scenario.title, title) == 0)
			return true;
	return false;
}

/* One without room takes what fits; a Unix socket a small record as a whole. */
Test(sweep_plan, a_send_that_does_not_wait_may_be_short)
{
	struct call_site *tcp = record_add(&record, 0, "w", "sendto", FD_KIND_TCP, 5, 1, EAGAIN),
			 *local;
	struct plan plan;

	tcp->places[0].can_be_short = true;
	local = record_add(&record, 0, "w", "sendto", FD_KIND_UNIX_STREAM, 6, 1, EAGAIN);
	local->places[0].can_be_short = true;
	local->places[0].length = 100;
	plan = planned(false);
	cr_expect(has_title(&plan, "w: sendto(5): only one byte moves"));
	cr_expect(not(has_title(&plan, "w: sendto(6): only one byte moves")));
	sweep_plan_release(&plan);
	record.sites[1].places[0].length = 100000;
	plan = planned(false);
	cr_expect(has_title(&plan, "w: sendto(6): only one byte moves"));
	sweep_plan_release(&plan);
}

/* signal(7): what SIGSTOP and SIGCONT interrupt without a handler. */
Test(sweep_plan, a_stop_interrupts_some_calls_only)
{
	record_add(&record, 0, "w", "epoll_wait", FD_KIND_EPOLL, 3, 1, 0)->places[0].waits = true;
	record_add(&record, 0, "w", "read", FD_KIND_PIPE, 4, 1, 0)->places[0].waits = true;
	record_add(&record, 0, "w", "recvfrom", FD_KIND_TCP, 5, 1, 0)->places[0].waits = true;
	expect_plan(false, "w: epoll_wait(3), asleep: SIGSTOP, SIGCONT\n"
			   "w: recvfrom(5), asleep: SIGSTOP, SIGCONT\n"
			   "w: recvfrom(5): the connection is reset\n");
}

Test(sweep_plan, a_slow_reader_does_not_do_for_a_large_pipe)
{
	struct call_site *site = record_add(&record, 0, "w", "write", FD_KIND_PIPE, 1, 1, 0);
	const struct scenario *asleep;
	struct plan plan;

	site->places[0].waits = true;
	site->places[0].signals = UINT64_C(1) << (SIGUSR1 - 1);
	record_add(&record, 1, "reader", "read", FD_KIND_PIPE, 0, 1, 0);
	plan = planned(false);
	asleep = &plan.attempts[2]->scenario;
	cr_assert(eq(str, asleep->title,
		     (char *)"w: write(1), asleep: SIGUSR1, blocked, while reader is slow"));
	cr_expect(eq(int, (int)asleep->faults[1].action.kind, (int)ACTION_CAPACITY));
	sweep_plan_release(&plan);
}

/* Most likely it waits there with the lock in its hands. */
Test(sweep_plan, a_holder_is_slow_where_it_waits_first)
{
	struct call_site *site = record_add(&record, 0, "waiter", "flock", FD_KIND_FILE, 3, 1, 0);
	struct plan plan;

	site->places[0].signals = UINT64_C(1) << (SIGUSR1 - 1);
	site->places[0].waits = true;
	record_add(&record, 1, "holder", "flock", FD_KIND_FILE, 3, 1, 0);
	record_add(&record, 1, "holder", "write", FD_KIND_PIPE, 5, 1, 0);
	record_add(&record, 1, "holder", "read", FD_KIND_PIPE, 6, 1, 0)->places[0].waits = true;
	plan = planned(false);
	cr_expect(eq(int, plan.attempts[1]->faults[0].at.on.fd, 6));
	cr_expect(eq(int, plan.attempts[2]->faults[0].at.on.fd, 5));
	sweep_plan_release(&plan);
}

/* A child that makes calls of its own is struck by its name there. */
Test(sweep_plan, a_child_with_a_lock_is_struck_once)
{
	struct call_site *site;
	struct plan plan;
	size_t struck = 0;

	record.processes = 2;
	record_add(&record, 0, "p", "write", FD_KIND_FILE, 3, 1, 0);
	site = record_add(&record, 0, "p/child[1]", "write", FD_KIND_FILE, 3, 1, 0);
	site->part = SELECT_CHILD;
	site->child = 1;
	plan = planned(false);
	for (size_t i = 0; i < plan.count; i++)
		struck += strcmp(plan.attempts[i]->scenario.title,
				 "p/child[1]: with a lock in its hands: SIGKILL") == 0;
	cr_expect(eq(sz, struck, 1));
	sweep_plan_release(&plan);
}

/* Others can have filled a queue; nobody else a pipe of one's own. */
Test(sweep_plan, who_finds_a_queue_full_may_say_so)
{
	struct plan plan;

	record_add(&record, 0, "writer", "mq_timedsend", FD_KIND_MQUEUE, 3, 1, EAGAIN);
	record_add(&record, 0, "writer", "write", FD_KIND_EVENTFD, 4, 1, EAGAIN);
	plan = planned(false);
	cr_expect(eq(int, (int)plan.attempts[0]->demand, (int)DEMAND_SAME));
	cr_expect(eq(int, (int)plan.attempts[1]->demand, (int)DEMAND_WELL));
	sweep_plan_release(&plan);
}

Test(sweep_plan, a_datagram_is_lost_on_its_way_and_where_it_comes)
{
	record_add(&record, 0, "w", "recvfrom", FD_KIND_UDP, 3, 1, 0);
	expect_plan(false, "w: recvfrom(3): the datagram is lost\n");
}

/* Two places of a program that send into the same pipe are one buffer. */
Test(sweep_plan, a_buffer_is_made_small_once)
{
	struct plan plan;

	record_add(&record, 0, "writer", "write", FD_KIND_PIPE, 1, 1, 0);
	record_add(&record, 1, "reader", "write", FD_KIND_PIPE, 4, 1, 0);
	record_add(&record, 1, "reader", "write", FD_KIND_PIPE, 4, 1, 0);
	plan = planned(false);
	cr_expect(eq(sz, plan.attempts[1]->scenario.fault_count, 2));
	sweep_plan_release(&plan);
}

Test(sweep_plan, survives_short_memory)
{
	record_add(&record, 0, "writer", "write", FD_KIND_FILE, 1, 2, ENOSPC);
	fault_sweep(make_one, NULL);
}
