/*
 * sweep_options.h - the options of `ipcfault sweep`, as plain data.
 */
#ifndef CLI_SWEEP_OPTIONS_H
#define CLI_SWEEP_OPTIONS_H

#include "cli/cli.h"
#include "cli/options.h"

struct sweep_request {
	struct run_options run; /* first: the options of `run` are read into it */
	char *const *command;	/* NULL: the files of @run are swept */
	const char *out;	/* folder for scenarios; NULL: none are written */
	const char *input;	/* standard input of the command */
	bool resume;
	char *state;	   /* file of what was tried, owned; NULL: there is none */
	const char *since; /* a commit; NULL: all places */
	bool exhaustive;
	bool memcheck;
	uint64_t budget_ns;
	const char *baseline; /* file of known findings; NULL: there is none */
	bool update_baseline;
	bool min_score_given;
	double min_score; /* 0 to 1 */
};

/*
 * Parse and check @argv (argv[0] is a name).  EXIT_PASSED, or the exit code
 * for what has been said then.  Release it in any case.
 */
int sweep_request_parse(const struct cli_env *env, int argc, char **argv,
			struct sweep_request *request);
void sweep_request_release(struct sweep_request *request);

#endif
