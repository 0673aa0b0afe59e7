/*
 * snapshot.h - a program frozen where its own first instruction is to come, to be run many times.
 *
 * What comes before - execve, the dynamic loader, and what it asks the
 * processor, which is slow in a virtual machine - takes most of a short run.
 * Each run is a fork of the frozen program: it goes on for one turn of a loop
 * that calls clone(2) with CLONE_PARENT, so that the copy is our child, as a
 * launched one is (doc/KERNEL-NOTES.md section 12).
 *
 * Other than a launched one the copy has the addresses of the last one, and
 * shares its descriptors' offsets, flags and locks with it: the caller puts
 * those back.  The frozen program is a process like others to who looks at
 * /proc.
 */
#ifndef ENGINE_SNAPSHOT_H
#define ENGINE_SNAPSHOT_H

#include "engine/engine.h"

struct snapshot;

/*
 * Start @launch and freeze it.  -ENOTSUP: a static program, or one that has
 * other threads, children or descriptors by then, or the kernel does not tell
 * what has to be put back.
 */
int snapshot_take(const struct launch *launch, const struct engine_options *options,
		  struct snapshot **ret_snapshot, struct err *err);

/*
 * As engine_launch(), but engine_ops.started is called before it returns;
 * *@ret_process is set by then.  -ESRCH: the frozen program is gone.
 */
int snapshot_launch(struct engine *e, struct snapshot *snapshot, int spec, unsigned copy,
		    struct process **ret_process, struct err *err);

/* Of the frozen program. */
pid_t snapshot_pid(const struct snapshot *snapshot);

/* Ends the frozen program, not its copies.  NULL is allowed. */
void snapshot_free(struct snapshot *snapshot);

#endif
