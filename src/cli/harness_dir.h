/*
 * harness_dir.h - where the bundled programs are: ${harness}.
 */
#ifndef CLI_HARNESS_DIR_H
#define CLI_HARNESS_DIR_H

#include "cli/cli.h"

/*
 * $IPCFAULT_HARNESS; else `harness` beside the program (a build); else
 * ../libexec/ipcfault (installed).  On the heap, absolute except by the
 * user's will; NULL when there is none.
 */
char *harness_dir_find(const struct cli_env *env);

/* The same for a program at @program. */
char *harness_dir_of(const char *program);

#endif
