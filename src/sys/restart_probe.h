/*
 * restart_probe.h - measure how the running kernel answers signals in each
 * call that sleeps, and compare with syscalls.csv.
 *
 * For `ipcfault doctor`: manual pages are wrong in places and kernels change.
 * Takes well below a second; leaves no process, file or object behind.
 */
#ifndef SYS_RESTART_PROBE_H
#define SYS_RESTART_PROBE_H

#include "sys/syscalls.h"

struct err;

enum restart_outcome {
	RESTART_AS_TABLE,
	RESTART_DIFFERS, /* measured is another class than the table's */
	RESTART_ODD,	 /* no class at all: text says what was seen */
	RESTART_UNKNOWN, /* could not be measured: text says why */
};

struct restart_result {
	const char *name; /* of the case: "recv-unix-timed" */
	const char *call;
	enum restart_outcome outcome;
	enum restart_class expected, measured; /* measured: unless odd or unknown */
	char text[96];
};

/*
 * Calls @each for every case; stops when it returns other than 0, and returns
 * that.  @proc_fd as in sys/procfs.h.
 */
int restart_probe(int proc_fd, int (*each)(void *ctx, const struct restart_result *result),
		  void *ctx, struct err *err);

/* "R", "N", "N!", "-" */
const char *restart_class_name(enum restart_class class);

#endif
