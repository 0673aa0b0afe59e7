/*
 * filler.c - what `fill` has put into buffers, and taking it away again before
 * any program can see it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

#include "base/mem.h"
#include "fault/internal.h"
#include "sys/procfs.h"

struct filler {
	struct fd_object object;
	size_t size; /* what the object's own file counts: bytes, messages */
	struct filler *prev, *next;
};

static bool takes_from(struct fault_env *env, const struct tracee *t, long nr, const uint64_t *args,
		       const struct fd_object *object)
{
	const struct syscall_row *row = syscall_get(syscall_from_nr(arch_native->id, nr));
	struct fd_object theirs;

	return row && row->families & (FAMILY_READS | FAMILY_RECEIVES) &&
	       !object_of_args(env->engine, t->tid, row, args, &theirs) &&
	       fd_object_same(&theirs, object);
}

bool has_reader_inside(struct fault_env *env, const struct fd_object *object)
{
	struct tracee *t, *tmp;

	HASH_ITER(hh, env->engine->tracees, t, tmp) {
		struct procfs_task task;

		if (t->state != TRACEE_RUNNING ||
		    procfs_task_read(env->engine->options.proc_fd, t->tid, &task))
			continue;
		if (task.in_call && takes_from(env, t, task.nr, task.args, object))
			return true;
		/* Of who runs the kernel does not say in what call: it may be about to read. */
		if (task.running && t->in_call &&
		    takes_from(env, t, t->call.nr, t->call.args, object))
			return true;
	}
	return false;
}

int filler_remember(struct fault_env *env, const struct fd_object *object, size_t size)
{
	struct filler *filler = mem_zalloc(sizeof(*filler));

	if (!filler)
		return -ENOMEM;
	filler->object = *object;
	filler->size = size;
	DL_APPEND(env->fillers, filler);
	return 0;
}

static void filler_free(struct fault_env *env, struct filler *filler)
{
	DL_DELETE(env->fillers, filler);
	free(filler);
}

size_t filler_forget(struct fault_env *env, const struct fd_object *object)
{
	struct filler *filler, *tmp;
	size_t size = 0;

	DL_FOREACH_SAFE(env->fillers, filler, tmp) {
		if (!fd_object_same(&filler->object, object))
			continue;
		size += filler->size;
		filler_free(env, filler);
	}
	return size;
}

/* A program that saw filler would be a false finding: then the run is worth nothing. */
void fault_before_read(struct fault_env *env, struct tracee *t)
{
	const struct syscall_row *row = syscall_get(t->call.id);
	struct filler *filler, *tmp;
	struct fd_object object;

	if (!env->fillers || !row || !(row->families & (FAMILY_READS | FAMILY_RECEIVES)) ||
	    call_object(env->engine, t, &object))
		return;
	DL_FOREACH_SAFE(env->fillers, filler, tmp) {
		if (!fd_object_same(&filler->object, &object))
			continue;
		engine_note(env->engine, object_ops_of(object.kind)
						 ->take_filler(env, &object, filler->size, t,
							       (int)t->call.args[0]));
		filler_free(env, filler);
	}
}

void fillers_release(struct fault_env *env)
{
	struct filler *filler, *tmp;

	DL_FOREACH_SAFE(env->fillers, filler, tmp)
		filler_free(env, filler);
}

int tell_drained(struct fault_env *env, struct shot *shot, const struct fd_object *object,
		 size_t taken, const char *unit)
{
	char label[150];

	taken -= filler_forget(env, object);
	if (!taken)
		return refuse(shot, "%s was empty", object->path);
	snprintf(shot->text, sizeof(shot->text), "%s emptied: %zu %s%s lost",
		 object_label(env, object, label, sizeof(label)), taken, unit,
		 taken == 1 ? "" : "s");
	return 1;
}
