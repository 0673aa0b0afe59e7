/*
 * command.h - run a compiler, or another program that makes something, and
 * hear what it says.
 */
#ifndef COMPILE_COMMAND_H
#define COMPILE_COMMAND_H

#include "base/err.h"

struct command {
	const char *const *argv; /* NULL at the end; the first is looked for in PATH */
	const char *cwd;	 /* NULL = here */
	const char *output;	 /* standard output goes into this file; NULL = with the errors */
};

/*
 * 0: it has exited with 0; *@ret_said is what it wrote, to be freed.
 * -ENOEXEC: it has failed; *@ret_said tells why.  -ENOENT: no such program.
 * Otherwise an error of ours.  *@ret_said is set in the first two cases only.
 */
int command_run(const struct command *command, char **ret_said, struct err *err);

#endif
