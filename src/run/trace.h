/*
 * trace.h - watch a command and print the IPC calls that it makes.
 */
#ifndef RUN_TRACE_H
#define RUN_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct err;

struct trace_options {
	char *const *argv; /* the command; NULL at the end */
	FILE *out;	   /* one line a call */
	const int *calls;  /* ids of sys/syscalls.h, ascending; none = the family any-ipc */
	size_t call_count;
	bool stacks;	     /* with call stacks */
	bool all;	     /* also what the dynamic loader does */
	uint64_t timeout_ns; /* end the command then; 0 = never */
};

/*
 * Runs the command with its standard streams left alone.  *@ret_status is its
 * exit status, or 128 + the signal that it died of.
 */
int trace_run(const struct trace_options *options, int *ret_status, struct err *err);

#endif
