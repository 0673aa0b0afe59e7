/*
 * made.h - one IPC object that a run has made, known by what cannot be mistaken
 * for another one with the same name.
 *
 * For the objects that namespaces do not keep together: those of the host,
 * where there are no namespaces, and files outside of ${tmp}.
 */
#ifndef SANDBOX_MADE_H
#define SANDBOX_MADE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/ipc.h>
#include <sys/types.h>

#include "sandbox/sandbox.h"

struct made_object {
	enum object_kind kind;
	char *name; /* as in struct sandbox_object */
	char *path; /* of a file; of a queue its name; NULL: System V */
	int id;	    /* System V; the kernel does not give it a second time soon */
	/*
	 * The others.  An inode number may be given anew: its generation tells, where the file
	 * system has handles (name_to_handle_at(2)), else its birth; 0 = it does not say.
	 */
	uint64_t ino, dev, born_ns, handle;
};

/* Is there such an object before the call that may make it?  @path and @key as in the calls below.
 */
bool made_is_there(enum object_kind kind, const char *path, key_t key);

/*
 * What has just been made: a file, or a queue by its name ("/queue").
 * -ENOENT: it is gone already.
 */
int made_by_name(enum object_kind kind, const char *path, struct made_object *ret_made);
/* A System V object. */
int made_by_id(enum object_kind kind, int id, key_t key, struct made_object *ret_made);

/* It is still there, and the same one. */
bool made_is_left(const struct made_object *made);

/* Remove it if it is left.  Whoever uses it goes on doing so. */
void made_remove(const struct made_object *made);
void made_release(struct made_object *made);

#endif
