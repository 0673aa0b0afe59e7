/*
 * maps.h - objects in the memory of traced processes.
 */
#ifndef ENGINE_MAPS_H
#define ENGINE_MAPS_H

#include "engine/fds.h"

/* A part of a process's memory where an object shows. */
struct mapping {
	uint64_t start, end;
	uint64_t offset; /* of its start in the object */
	bool readable, writable, executable;
	bool shared; /* else a store stays private */
};

/*
 * What @addr of the process of @tid shows: a file (shared memory too), or a
 * System V segment, whose ino is its id.  -ENOENT: nothing of that sort.
 */
int map_object_at(struct engine *e, pid_t tid, uint64_t addr, struct fd_object *ret_object,
		  struct mapping *ret_mapping);

/* Where @object is mapped in @p, by address; the array is the caller's to free.  -ESRCH. */
int map_find(struct engine *e, const struct process *p, const struct fd_object *object,
	     struct mapping **ret_mappings, size_t *ret_count);

/* Whether a live process other than @but (0 = none) can store into @object. */
bool map_has_other_writer(struct engine *e, const struct fd_object *object, pid_t but);

/* A descriptor of ours, for reading and writing, of what @p has mapped.  -ENOENT, -EPERM. */
int map_open(struct engine *e, const struct process *p, const struct fd_object *object);

#endif
