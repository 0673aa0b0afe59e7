/*
 * turns.h - runs that would meet each other's IPC objects take turns.
 *
 * Names of POSIX objects and keys of System V are those of the whole machine
 * where the sandbox has no name space for them.  Two runs of one program would
 * use the same queue; and ftok() makes the same key of different files easily,
 * from 16 bits of the inode's number and 8 of the device's (ftok(3)).
 *
 * The turn is a record lock (fcntl(2)): it ends with the process that has it.
 */
#ifndef RUN_TURNS_H
#define RUN_TURNS_H

#include <stdbool.h>

#include "model/words.h"
#include "sandbox/sandbox.h"

struct err;

/* *@ret_fd, to be closed, is for this process and the workers that it forks. */
int turns_new(int *ret_fd, struct err *err);

/* Has @mechanism names that this worker shares with others? */
bool turns_needed(const struct sandbox *sandbox, enum mechanism mechanism);

/* Waits until no other process has the turn. */
int turns_take(int fd, struct err *err);
void turns_give(int fd);

#endif
