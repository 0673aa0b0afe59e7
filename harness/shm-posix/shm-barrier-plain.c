/*
 * name: shm-barrier-plain
 * mechanism: shm-posix
 * bug: a barrier waits for the dead
 * about: shm-barrier-plain [--rounds N]: as shm-barrier, with pthread_barrier_t, which nobody can
 *	open but all its processes
 * caught-as: deadlock
 */
#define BUG_PLAIN
#include "shm-posix/shm-barrier.c"
