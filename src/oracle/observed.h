/*
 * observed.h - what one execution showed: all that the oracles judge by.
 */
#ifndef ORACLE_OBSERVED_H
#define ORACLE_OBSERVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/result.h"
#include "model/scenario.h"

/* A captured output, whole; data is NUL-terminated after size bytes. */
struct output {
	bool captured;
	char *data;
	size_t size;
};

/* A process that the scenario starts (one of `count` copies). */
struct observed_process {
	int spec; /* index in the scenario */
	unsigned copy;
	char *name; /* "writer", "writer 2" for the second copy */
	bool started, exited, signaled;
	int status;		/* exit status or signal */
	bool killed_on_purpose; /* a fault sent the signal that it died of */
	bool alive;		/* at the end of the run */
	uint64_t end_ns;	/* since the start of the run */
	struct output out, err;
	/* When it called exit_group: descriptors besides those it began with, unreaped children. */
	unsigned fds_at_exit;
	/* Not waited for by then; those of them that have ended. */
	unsigned children_at_exit, zombies_at_exit;
	bool exit_seen;
};

struct observed {
	struct observed_process *processes;
	size_t process_count;
	uint64_t duration_ns;
	uint64_t starved_ns; /* of it: waited for a processor; looked at once it matters */
	bool deadline_passed;
	/* Names of what was left in ${tmp}, relative to it, sorted. */
	struct strings files_left;
	/* IPC objects that were left. */
	struct observed_object {
		char *name;    /* "POSIX message queue /q" */
		char *process; /* who made it; NULL: not known */
	} * objects_left;
	size_t object_count;
	/* Memory that nothing points to at the end of a program, one for each place (valgrind). */
	struct observed_lost {
		char *process;
		uint64_t bytes, blocks;
		struct stack stack; /* where it was allocated */
	} * lost;
	size_t lost_count;
	/* Found while it ran: crash of a descendant, deadlock, hang, spin, unsafe-in-handler. */
	struct finding *findings;
	size_t finding_count;
	uint64_t last_fault_ns; /* when the last fault was proven; 0 = none */
	char **notes;
	size_t note_count;
};

void observed_release(struct observed *seen);

/* Append a finding; -ENOMEM, and nothing is appended.  @process may be NULL; @text is formatted. */
int observed_add(struct observed *seen, enum finding_kind kind, const char *process,
		 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The same on any list. */
struct findings {
	struct finding *items;
	size_t count;
};
/* NULL when memory is short. */
struct finding *findings_add(struct findings *list, enum finding_kind kind, const char *process,
			     const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
