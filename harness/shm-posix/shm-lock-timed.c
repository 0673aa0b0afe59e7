/*
 * name: shm-lock-timed
 * mechanism: shm-posix
 * bug: none
 * about: shm-lock-timed: as shm-lock with a mutex that is not robust, for
 *	which it waits so long and no longer
 */
#define PLAIN
#define LIMITED
#include "shm-posix/shm-lock.c"
