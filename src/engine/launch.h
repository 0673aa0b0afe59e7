/*
 * launch.h - start a program under the tracer, cheaply.
 *
 * The child is made with clone(CLONE_VM): no page tables are copied, so a
 * start costs little more than vfork and exec (doc/KERNEL-NOTES.md section 12).  It
 * waits for the tracer to attach, sets itself up, installs the filter and
 * calls execve.  What goes wrong on that way is told through the shared
 * memory.
 */
#ifndef ENGINE_LAUNCH_H
#define ENGINE_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "engine/filter.h"
#include "engine/numa.h"

#define LAUNCH_FDS_MAX 64

struct launch_fd {
	int target; /* number in the program */
	int source; /* ours */
};

struct launch_limit {
	int resource; /* RLIMIT_… */
	uint64_t value;
};

struct launch {
	const char *path; /* of the program, absolute or relative to cwd */
	char *const *argv;
	char *const *envp;
	const char *cwd;	     /* NULL = ours */
	const struct launch_fd *fds; /* all of the program's, standard ones included */
	size_t fd_count;
	const struct launch_limit *limits;
	size_t limit_count;
	const struct numa_place *place; /* NULL = anywhere */
	const struct filter *filter;
	bool under_valgrind; /* the filter lets only the guest's calls stop */
	bool same_session;   /* stay with our terminal; else a session of its own */
};

/* A program on its way to execve. */
struct launched {
	pid_t pid;
	struct launch_shared *shared;
};

/*
 * The full path of @name: as it is when it holds a slash, else the first
 * executable in @folders (of PATH's form; NULL = the usual ones).  Owned by the
 * caller.  -ENOENT, -EACCES.
 */
int launch_find_program(const char *name, const char *folders, char **ret_path, struct err *err);

/*
 * Start @launch and attach.  Its first stop is PTRACE_EVENT_EXEC, or it exits
 * with 127 and launched_error() tells why.  @launch must stay valid until
 * then; launched_release() after it.
 */
int launch_start(const struct launch *launch, struct launched *ret_launched, struct err *err);

/* Why the program did not start: 0 when nothing went wrong, else a negative errno in @err. */
int launched_error(const struct launched *launched, const struct launch *launch, struct err *err);

void launched_release(struct launched *launched);

#endif
