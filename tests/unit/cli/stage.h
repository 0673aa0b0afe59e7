/*
 * stage.h - plays a command line without engine: what goes in and what comes
 * out is text, and the pool gives the results that a test has set.
 */
#ifndef TESTS_UNIT_CLI_STAGE_H
#define TESTS_UNIT_CLI_STAGE_H

#include "cli/cli.h"
#include "model/result.h"

struct stage {
	char *folder;	     /* a fresh one; %s in arguments stands for it */
	int code;	     /* of the last command */
	char *out, *err;     /* what the last command printed */
	bool terminal, full; /* what standard output is */
	const char *no_color, *term, *harness, *path; /* environment variables */

	bool real; /* the pool of run/, not the one that is told by what follows */

	/* What the pool does. */
	enum verdict verdicts[16]; /* of the n-th case */
	bool backwards;		   /* the last case is done first */
	int raise_after;	   /* SIGINT after so many cases; -1 = never */
	int raise_times;
	int pool_code; /* what pool_run() returns */
	unsigned pool_runs, stops;
	struct pool_options options;
	struct trace_options trace;
	int trace_status;
};

extern struct stage stage;

void stage_open(void);
void stage_close(void);

/* Write @text to the file @name of the folder. */
void stage_write(const char *name, const char *text);

/* Run `ipcfault` with the blank-separated words of @format, in which %s is the folder. */
void stage_run(const char *format);

/* The content of a file of the folder, the caller's; NULL when it is not there. */
char *stage_read(const char *name);

/* How many files the folder has. */
size_t stage_files(void);

#endif
