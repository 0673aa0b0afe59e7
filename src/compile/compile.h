/*
 * compile.h - the programs of `build:`, one compiler and one level at a time.
 *
 * What was compiled before is taken from the cache: the key is the compiler, its
 * flags, and what is in all files that it has read.
 */
#ifndef COMPILE_COMPILE_H
#define COMPILE_COMPILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "model/scenario.h"

/* A text that is compiled in place of a file. */
struct compile_change {
	const char
		*file; /* a source, with its text preprocessed; with `command` any file of them */
	const char *text;
};

struct compile_request {
	const struct build_spec *spec;
	const char *const *sources; /* as many as the spec has, without variables */
	const char *compiler, *level;
	const char *cache;	  /* folder, made if it is not there */
	const char *ipcfault;	  /* that program; NULL = none: `command` compiles each file anew */
	bool is_counted;	  /* with its runtime (instrument/); else as it is shipped */
	const char *const *extra; /* more flags, NULL at the end; NULL = none */
	/* A source, or with `command` and `ipcfault` a file below one: only that; NULL = all. */
	const char *extra_for;
	const struct compile_change *changes;
	size_t change_count;
};

/*
 * *@ret_folder, to be freed, holds the program, or what `command` has made.
 * With request->ipcfault, ${cc} of a command is a program that asks `ipcfault cc`.
 * -ENOENT: the compiler is not installed.  -ENOEXEC: it refuses; @err has its
 * words.  -ENOPKG: there is no runtime.  Otherwise an error of ours.  Several processes may ask for
 * the same at the same time.
 */
int compile_get(const struct compile_request *request, char **ret_folder, struct err *err);

/* With flags in `extra`, what the compiler said is in this file of the folder. */
#define COMPILE_SAID ".said"

/* What the preprocessor makes of the source at @index, to be freed.  Fails as compile_get() does.
 */
int compile_preprocess(const struct compile_request *request, size_t index, char **ret_text,
		       struct err *err);

/* All that is in the file, to be freed, with a 0 behind it.  0 or a negative errno. */
int compile_read_file(const char *path, char **ret_text);

/* The folder for the cache: $XDG_CACHE_HOME/ipcfault or ~/.cache/ipcfault; NULL: none. */
char *compile_cache_folder(void);

/* It, and those above it.  0 or a negative errno. */
int compile_make_folder(const char *folder);

/* All of the level and the flags in one text, for ${cflags}.  NULL when memory is short. */
char *compile_flags_text(const struct build_spec *spec, const char *level);

#endif
