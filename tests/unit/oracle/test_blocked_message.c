/*
 * Who waits for whom at sockets that keep messages apart.
 */
#include <criterion/criterion.h>

#include "base/util.h"
#include "graph.h"

Test(oracle_blocked_message, proves_deadlocks)
{
	static const struct graph_row rows[] = {
		{"both-receive", "recvfrom recvfrom", "main one", "main one",
		 "waits for a message: from"},
		{"both-send", "sendto sendto", "main one", "main one",
		 "waits for room in the queue of the receiver: held by"},
		{"both-send-packets", "sendto sendto", "main one", "main one", ""},
		{"with-stranger", "recvfrom recvfrom clock_nanosleep", "main one", "main one", ""},
		{"udp-alone", "recvfrom", "main", "main", "nobody is left to send one"},
	};

	graph_needs_getfd();
	check_graphs("graph-messages", rows, ARRAY_SIZE(rows));
}

Test(oracle_blocked_message, never_claims_what_can_resolve_itself)
{
	static const struct graph_row rows[] = {
		{"busy-receiver", "sendto clock_nanosleep", "", "", ""},
		{"udp-sleeper", "recvfrom clock_nanosleep", "", "", ""},
	};

	check_graphs("graph-messages", rows, ARRAY_SIZE(rows));
}
