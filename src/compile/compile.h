/*
 * compile.h - the programs of `build:`, one compiler and one level at a time.
 *
 * What was compiled before is taken from the cache: the key is what the
 * preprocessor makes of the sources, the compiler and its flags.
 */
#ifndef COMPILE_COMPILE_H
#define COMPILE_COMPILE_H

#include <stddef.h>

#include "base/err.h"
#include "model/scenario.h"

struct compile_request {
	const struct build_spec *spec;
	const char *const *sources; /* as many as the spec has, without variables */
	const char *compiler, *level;
	const char *cache;    /* folder, made if it is not there */
	const char *ipcfault; /* that program: counts accesses, instrument/; NULL = as it is shipped */
};

/*
 * *@ret_folder, to be freed, holds the program, or what `command` has made.
 * With @request->ipcfault, ${cc} of a command is `ipcfault cc --cc=COMPILER`.
 * -ENOENT: the compiler is not installed.  -ENOEXEC: it refuses; @err has its
 * words.  Otherwise an error of ours.  Several processes may ask for the same
 * at the same time.
 */
int compile_get(const struct compile_request *request, char **ret_folder, struct err *err);

/* The folder for the cache: $XDG_CACHE_HOME/ipcfault or ~/.cache/ipcfault; NULL: none. */
char *compile_cache_folder(void);

/* All of the level and the flags in one text, for ${cflags}.  NULL when memory is short. */
char *compile_flags_text(const struct build_spec *spec, const char *level);

#endif
