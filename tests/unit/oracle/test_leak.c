#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/util.h"
#include "case.h"

#define LEFT(code, fds, zombies) CHILDREN(code, fds, zombies, zombies)
#define CHILDREN(code, fds, children, zombies)                                                     \
	{                                                                                          \
		{                                                                                  \
			.name = "scan", .started = true, .exited = true, .status = code,           \
			.exit_seen = true, .fds_at_exit = fds, .children_at_exit = children,       \
			.zombies_at_exit = zombies                                                 \
		}                                                                                  \
	}
#define KILLED                                                                                     \
	{                                                                                          \
		{                                                                                  \
			.name = "scan", .started = true, .exited = true, .signaled = true,         \
			.status = 9                                                                \
		}                                                                                  \
	}

/* clang-format off */
static const struct judged_case rows[] = {
	{"nothing left", .seen = LEFT(0, 0, 0), .fault_free = LEFT(0, 0, 0),
	 .has_fault_free = true},
	{"a descriptor more than without the fault", .seen = LEFT(0, 3, 0),
	 .fault_free = LEFT(0, 2, 0), .has_fault_free = true,
	 .want = "leak scan: 1 open descriptor left behind\n"},
	{"as many as without the fault", .seen = LEFT(0, 3, 0), .fault_free = LEFT(0, 3, 0),
	 .has_fault_free = true},
	{"fewer than without the fault", .seen = LEFT(0, 1, 0), .fault_free = LEFT(0, 3, 0),
	 .has_fault_free = true},
	{"an early way out may leave descriptors", .seen = LEFT(1, 5, 0),
	 .fault_free = LEFT(0, 0, 0), .has_fault_free = true},
	{"nobody knows what is usual", .seen = LEFT(0, 5, 0)},
	{"not seen at its exit", .has_fault_free = true, .fault_free = LEFT(0, 0, 0),
	 .seen = {{.name = "scan", .started = true, .exited = true, .fds_at_exit = 9}}},
	{"zombies, also on an early way out", .seen = LEFT(1, 0, 2), .fault_free = LEFT(0, 0, 0),
	 .has_fault_free = true, .want = "leak scan: 2 zombies left behind\n"},
	{"zombies as without the fault", .seen = LEFT(0, 0, 2), .fault_free = LEFT(0, 0, 2),
	 .has_fault_free = true},
	{"a child that nobody ever waits for, dead sooner here", .seen = CHILDREN(0, 0, 1, 1),
	 .fault_free = CHILDREN(0, 0, 1, 0), .has_fault_free = true},
	{"one of two that were not waited for", .seen = CHILDREN(0, 0, 2, 2),
	 .fault_free = CHILDREN(0, 0, 1, 0), .has_fault_free = true,
	 .want = "leak scan: 1 zombie left behind\n"},
	{"children that still run", .seen = CHILDREN(0, 0, 2, 0), .fault_free = LEFT(0, 0, 0),
	 .has_fault_free = true},
	{"zombies, and no other run", .seen = LEFT(0, 0, 1),
	 .want = "leak scan: 1 zombie left behind\n"},
	{"both", .seen = LEFT(0, 2, 1), .fault_free = LEFT(0, 0, 0), .has_fault_free = true,
	 .want = "leak scan: 2 open descriptors left behind\nleak scan: 1 zombie left behind\n"},
	{"handled: an error that was told", .files = {"a.tmp"}, .seen = LEFT(1, 0, 2),
	 .objects = {"POSIX message queue /q"}, .fault_free = LEFT(0, 0, 0), .has_fault_free = true,
	 .survives = SURVIVAL_TRUE},
	{"not handled: nobody was told", .files = {"a.tmp"}, .seen = LEFT(0, 0, 0),
	 .fault_free = LEFT(0, 0, 0), .has_fault_free = true, .survives = SURVIVAL_TRUE,
	 .want = "leak: file ${tmp}/a.tmp left behind\n"},
	{"a file", .files = {"a.tmp"}, .has_fault_free = true,
	 .want = "leak: file ${tmp}/a.tmp left behind\n"},
	{"a file that is always there", .files = {"a.tmp", "out"},
	 .files_fault_free = {"out"}, .has_fault_free = true,
	 .want = "leak: file ${tmp}/a.tmp left behind\n"},
	{"a file that is expected", .files = {"dir/out"}, .has_fault_free = true,
	 .files_expected = {{.path = (char *)"${tmp}/dir/out"}}},
	{"a file that is expected elsewhere", .files = {"out"}, .has_fault_free = true,
	 .files_expected = {{.path = (char *)"${dir}/out"}},
	 .want = "leak: file ${tmp}/out left behind\n"},
	{"a file of one that was killed", .files = {"a.tmp"}, .seen = KILLED,
	 .has_fault_free = true},
	{"an object", .objects = {"POSIX message queue /q"}, .has_fault_free = true,
	 .want = "leak: POSIX message queue /q left behind\n"},
	{"an object that is always there", .objects = {"POSIX message queue /q"},
	 .objects_fault_free = {"POSIX message queue /q"}, .has_fault_free = true},
	{"an object that is always there, and must not", .objects = {"POSIX message queue /q"},
	 .objects_fault_free = {"POSIX message queue /q"}, .has_fault_free = true,
	 .no_objects = true, .want = "leak: POSIX message queue /q left behind\n"},
	{"an object of one that was killed, and must not", .objects = {"POSIX message queue /q"},
	 .seen = KILLED, .has_fault_free = true, .no_objects = true,
	 .want = "leak: POSIX message queue /q left behind\n"},
	{"an object of somebody", .objects = {"POSIX message queue /q"}, .has_fault_free = true,
	 .maker = "scan", .want = "leak scan: POSIX message queue /q left behind\n"},
	{"an object that has another number each time",
	 .objects = {"System V semaphores key 0x7 (id 12)"},
	 .objects_fault_free = {"System V semaphores key 0x7 (id 3)"}, .has_fault_free = true},
	{"an object with another key", .objects = {"System V semaphores key 0x7 (id 12)"},
	 .objects_fault_free = {"System V semaphores key 0x70 (id 12)"}, .has_fault_free = true,
	 .want = "leak: System V semaphores key 0x7 (id 12) left behind\n"},
	{"one more of the same", .objects = {"System V semaphores key 0x0 (id 1)",
					     "System V semaphores key 0x0 (id 2)"},
	 .objects_fault_free = {"System V semaphores key 0x0 (id 3)"}, .has_fault_free = true,
	 .want = "leak: System V semaphores key 0x0 (id 2) left behind\n"},
	{"allowed", .files = {"a.tmp"}, .seen = LEFT(0, 9, 9), .fault_free = LEFT(0, 0, 0),
	 .has_fault_free = true, .allow = FINDING_LEAK, .allows = true},
	{"cut off: it had no time to tidy up", .files = {"a.tmp"},
	 .found = {{.kind = FINDING_HANG, .text = "hangs"}}, .has_fault_free = true},
};
/* clang-format on */

Test(oracle_leak, what_is_left_behind)
{
	cases_check(rows, ARRAY_SIZE(rows), judge_leaks);
}

/* The other run costs as much as this one: only when it decides something. */
Test(oracle_leak, a_fault_free_run_is_made_only_when_it_tells_something)
{
	char *file = (char *)"x";
	struct observed_process p = {.exit_seen = true};
	struct observed seen = {.processes = &p, .process_count = 1};
	struct scenario scenario = {.fault_count = 1};

	cr_expect(not(oracle_needs_fault_free(&scenario, &seen)), "nothing is left");
	p.fds_at_exit = 1;
	cr_expect(oracle_needs_fault_free(&scenario, &seen), "a descriptor");
	p.exit_seen = false;
	cr_expect(not(oracle_needs_fault_free(&scenario, &seen)), "not seen at its exit");
	p = (struct observed_process){.exit_seen = true, .zombies_at_exit = 1};
	cr_expect(oracle_needs_fault_free(&scenario, &seen), "a zombie");
	p.zombies_at_exit = 0;
	seen.files_left = (struct strings){&file, 1};
	cr_expect(oracle_needs_fault_free(&scenario, &seen), "a file");
	scenario.expect.allow[FINDING_LEAK] = true;
	cr_expect(not(oracle_needs_fault_free(&scenario, &seen)), "leaks are allowed");
	scenario = (struct scenario){.fault_count = 0};
	cr_expect(not(oracle_needs_fault_free(&scenario, &seen)), "this is the run without faults");
}
