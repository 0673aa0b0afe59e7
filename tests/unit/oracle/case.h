/*
 * case.h - a judgement over at most three processes, made of plain rows.
 */
#ifndef TESTS_UNIT_ORACLE_CASE_H
#define TESTS_UNIT_ORACLE_CASE_H

#include "oracle/internal.h"

#define CASE_PROCESSES 3

/* What is expected and what was observed; a process without a name is not there. */
struct judged_case {
	const char *name;
	struct process_expect expect[CASE_PROCESSES];
	struct observed_process seen[CASE_PROCESSES], fault_free[CASE_PROCESSES];
	struct finding found[2]; /* while it ran; text NULL = none */
	const char *files[4], *files_fault_free[4], *objects[4], *objects_fault_free[4];
	const char *maker; /* of all objects */
	struct file_expect files_expected[3];
	uint64_t within_ns, recovers_ns, duration_ns, last_fault_ns;
	bool same_output, no_objects, has_fault_free;
	bool kills, stops; /* what the fault does, if it is no error */
	enum survival survives;
	struct observed_process
		again[CASE_PROCESSES]; /* second run without faults; or as the first */
	enum stdio_kind prints_to;     /* stdout of the first process */
	bool writes_to_pipe;	       /* its descriptor 3 */
	enum finding_kind allow;
	bool allows;	  /* …that kind */
	const char *want; /* findings, one a line: "late", "crash writer: died of SIGSEGV" */
};

/* What one oracle, or oracle_judge, says of it; compared with `want`. */
void case_check(const struct judged_case *c, int (*judge)(struct judgement *j, struct err *err));

/* The same over a table. */
void cases_check(const struct judged_case *cases, size_t count,
		 int (*judge)(struct judgement *j, struct err *err));

/* ${tmp} in the expected files. */
extern const char *case_tmp;

/* Outputs: the text itself. */
#define CAPTURED(text)                                                                             \
	{                                                                                          \
		.captured = true, .data = (char *)(text), .size = sizeof(text) - 1                 \
	}

#endif
