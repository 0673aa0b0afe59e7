/*
 * graph.h - processes that wait for each other, and what the scan says of them.
 */
#ifndef TESTS_UNIT_ORACLE_GRAPH_H
#define TESTS_UNIT_ORACLE_GRAPH_H

#include "lib/child.h"
#include "oracle/blocked.h"

#define GROUP_PROCESSES 8
#define GROUP_THREADS	8

/* A case of a subject graph-*, with everything that the scan wants to know of it. */
struct group {
	struct child child;
	struct blocked_process processes[GROUP_PROCESSES];
	pid_t tids[GROUP_PROCESSES][GROUP_THREADS];
	size_t count;
	struct blocked_input input;
};

/* Start it and wait until its threads sleep in exactly these calls. */
void group_start(struct group *group, const char *program, const char *name, const char *calls);
void group_end(struct group *group);
void group_scan(const struct group *group, struct blocked_scan *ret);

struct graph_row {
	const char *name, *calls, *dead, *cycle; /* names of processes: "main one two" */
	const char *says;			 /* in the report */
};

void check_graphs(const char *program, const struct graph_row *rows, size_t count);

/* Skips the test where pidfd_getfd(2) is not known: valgrind 3.19 does not pass it on. */
void graph_needs_getfd(void);

#endif
