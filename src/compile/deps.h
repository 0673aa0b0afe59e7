/*
 * deps.h - which files a compiler has read for what it made.
 *
 * Kept beside it, they tell whether it is still the same without asking the
 * preprocessor: by their contents, not by their times.
 */
#ifndef COMPILE_DEPS_H
#define COMPILE_DEPS_H

#include <stddef.h>

#include "base/err.h"
#include "compile/key.h"

struct deps {
	char **files;
	size_t count;
};

/* Append what the compiler has written with -MD: a rule of make.  0 or a negative errno. */
int deps_add_rule(struct deps *deps, const char *path);
/* The same of such a rule's text.  0 or -ENOMEM. */
int deps_add_text(struct deps *deps, const char *rule);

/* Files below @root (NULL = none) are kept by their place there: it may be elsewhere next time. */
int deps_save(const struct deps *deps, const char *path, const char *root, struct err *err);
/* Appended to @deps.  -ENOENT: nothing was kept. */
int deps_load(struct deps *deps, const char *path, const char *root);

/* One that is known already stays one. */
int deps_add(struct deps *deps, const char *file);
int deps_add_all(struct deps *deps, const struct deps *more);

/* The name of what @command has made of what is in them now.  -ENOENT: one is gone. */
int deps_name(const struct deps *deps, const char *command, char ret_name[KEY_SIZE]);

void deps_release(struct deps *deps);

#endif
