/*
 * internal.h - what the files of sandbox/ share.
 */
#ifndef SANDBOX_INTERNAL_H
#define SANDBOX_INTERNAL_H

#include <sys/ipc.h>

#include "sandbox/sandbox.h"

/* parts[part] is not isolated, because of errno. */
void sandbox_refused(struct sandbox *sandbox, enum sandbox_part part, const char *what);

/* The namespaces and mounts; see sandbox_enter(). */
void sandbox_unshare(struct sandbox *sandbox, const struct sandbox_options *options);

/* options.tmp, if it is not there yet, and a file system of its own on it. */
int sandbox_make_tmp(struct sandbox *sandbox, const struct sandbox_options *options,
		     struct err *err);

/*
 * Pid 1, or without a pid namespace a process that only removes the folder.  Fails only when the
 * process cannot go on.
 */
int init_start(struct sandbox *sandbox, const struct sandbox_options *options, struct err *err);

/* SIGKILL all of the pid namespace; *@ret_left: some were there, zombies included. */
int init_kill_all(struct sandbox *sandbox, bool *ret_left, struct err *err);

/* The next pid of the namespace is the first free one above @pid, where the kernel allows it. */
int init_set_last_pid(struct sandbox *sandbox, int pid, struct err *err);

/* Remove the IPC objects that sandbox_objects() lists. */
void objects_remove(struct sandbox *sandbox);

/* What is known of one object: for made.c.  Names are the caller's. */
char *object_name(enum object_kind kind, const char *file, int id, key_t key);
/* A file of /dev/shm may be a semaphore: *@kind is corrected. */
char *object_name_of_path(enum object_kind *kind, const char *path);
/* A segment that is only there until its last user goes is not. */
bool object_is_sysv_there(enum object_kind kind, int id);
void object_remove_sysv(enum object_kind kind, int id);

#endif
