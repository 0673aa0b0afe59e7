/*
 * Who waits for whom over stream sockets.
 */
#include <criterion/criterion.h>

#include "base/util.h"
#include "graph.h"

Test(oracle_blocked_socket, proves_deadlocks)
{
	static const struct graph_row rows[] = {
		{"both-read", "recvfrom recvfrom", "main one", "main one",
		 "waits for the other end: held by"},
		{"both-read-tcp", "recvfrom recvfrom", "main one", "main one", "tcp socket, port "},
		{"both-full", "sendto sendto", "main one", "main one", "unix-stream socket "},
		{"both-full-tcp", "sendto sendto", "main one", "main one", "sendto(fd "},
		{"with-poll", "recvfrom poll", "main one", "main one", "poll(fd "},
		{"with-sleeper", "recvfrom recvfrom clock_nanosleep", "main one", "main one", ""},
		{"accept-alone", "accept", "main", "main", "nobody is left to connect"},
		{"not-accepted", "recvfrom recvfrom", "main one", "main one", ""},
		{"not-accepted-second", "recvfrom recvfrom recvfrom", "main one two", "main one",
		 "waits for its connection to be accepted: by one"},
		{"connect-full", "connect recvfrom", "main one", "main one",
		 "waits for its connection to be accepted: by one"},
	};

	graph_needs_getfd();
	check_graphs("graph-sockets", rows, ARRAY_SIZE(rows));
}

Test(oracle_blocked_socket, never_claims_what_can_resolve_itself)
{
	static const struct graph_row rows[] = {
		{"busy-peer", "recvfrom clock_nanosleep", "", "", ""},
		{"limited", "recvfrom recvfrom", "", "", ""},
		{"accept-sleeper", "accept clock_nanosleep", "", "", ""},
	};

	check_graphs("graph-sockets", rows, ARRAY_SIZE(rows));
}
