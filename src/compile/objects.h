/*
 * objects.h - what a compiler makes of one source is made once.
 *
 * A program of many files is built again and again, with one of them changed
 * or for another purpose: what stays the same is taken from the cache.
 */
#ifndef COMPILE_OBJECTS_H
#define COMPILE_OBJECTS_H

#include "base/err.h"
#include "instrument/plan.h"

struct deps;

struct object_request {
	const char *cache; /* the folder of all that is compiled */
	/* Folder of what is built; it may be elsewhere the next time.  NULL = none */
	const char *root;
	const struct plan_command *command;
};

/*
 * Make the object, or take it; *@ret_said is what the compiler has said then,
 * and what was read is appended to @deps.  -ENOEXEC: it
 * refuses, and has said why.  -EOPNOTSUPP: the command does more than that, and
 * is to be run as it is.  Otherwise an error of ours.
 */
int object_get(const struct object_request *r, struct deps *deps, char **ret_said, struct err *err);

#endif
