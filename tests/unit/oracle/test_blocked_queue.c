/*
 * Who waits for whom over message queues.
 */
#include <criterion/criterion.h>

#include "base/util.h"
#include "graph.h"

Test(oracle_blocked_queue, proves_deadlocks)
{
	static const struct graph_row rows[] = {
		{"queue", "mq_timedreceive", "main", "main", "nobody is left who could send"},
		{"queue-full", "mq_timedsend", "main", "main",
		 "waits for a receiver: nobody is left who could receive"},
		{"queue-cycle", "clock_nanosleep mq_timedreceive mq_timedreceive", "one two",
		 "one two", "waits for a sender: held by"},
		{"queue-poll", "poll", "main", "main", "queue /graph-queues-"},
		{"messages", "msgrcv msgrcv", "main one", "main", "msgrcv(System V queue "},
	};

	check_graphs("graph-queues", rows, ARRAY_SIZE(rows));
}

/* A queue with a name, and one with a number, is open to everybody. */
Test(oracle_blocked_queue, never_claims_what_can_resolve_itself)
{
	static const struct graph_row rows[] = {
		{"queue-and-sleeper", "mq_timedreceive clock_nanosleep", "", "", ""},
		{"messages-and-sleeper", "clock_nanosleep msgrcv", "", "", ""},
	};

	check_graphs("graph-queues", rows, ARRAY_SIZE(rows));
}
