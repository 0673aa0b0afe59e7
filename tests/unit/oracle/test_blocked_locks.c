#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/util.h"
#include "graph.h"

Test(oracle_blocked_locks, proves_deadlocks_over_file_locks)
{
	static const struct graph_row rows[] = {
		{"flock-abba", "wait4 flock flock clock_nanosleep", "one two", "one two",
		 "/memfd:other (deleted)) waits for its release: held by two"},
		{"ofd-self", "fcntl", "main", "main", "nobody else can release it"},
		{"posix-parts", "fcntl clock_nanosleep read", "main two", "two",
		 "lock of a part of fd "},
		{"flock-inherited", "flock pause", "main one", "one", "its release: held by one"},
	};

	check_graphs("graph-locks", rows, ARRAY_SIZE(rows));
}

Test(oracle_blocked_locks, proves_deadlocks_over_counters)
{
	static const struct graph_row rows[] = {
		{"eventfd-two", "read read", "main one", "main",
		 "waits for an event: no other process has it open"},
		{"eventfd-sleeper", "read clock_nanosleep", "main", "main", "← eventfd "},
		{"eventfd-full", "write", "main", "main", "waits for its counter to be read"},
	};

	check_graphs("graph-locks", rows, ARRAY_SIZE(rows));
}

Test(oracle_blocked_locks, proves_deadlocks_over_semaphores)
{
	static const struct graph_row rows[] = {
		{"sem-of-dead", "semtimedop", "main", "main",
		 " waits for it to be raised: nobody is left to do so"},
		{"sem-and-file", "wait4 semtimedop fcntl", "main one two", "one", ", now 0"},
	};

	check_graphs("graph-locks", rows, ARRAY_SIZE(rows));
}

Test(oracle_blocked_locks, never_claims_what_can_resolve_itself)
{
	static const struct graph_row rows[] = {
		{"ofd-with-sharer", "fcntl clock_nanosleep", "", "", ""},
		{"eventfd-shared", "read clock_nanosleep", "", "", ""},
		{"sem-and-sleeper", "semtimedop clock_nanosleep", "", "", ""},
	};

	check_graphs("graph-locks", rows, ARRAY_SIZE(rows));
}
