/*
 * name: shm-worker-unmaps
 * mechanism: shm-posix
 * bug: memory is unmapped with its lock held
 * about: shm-worker-unmaps: as shm-worker, but it leaves at once: the kernel cannot read the list
 *	of robust locks any more, so nobody learns that their owner is dead
 * caught-as: deadlock
 */
#define BUG_UNMAPS
#include "shm-posix/shm-worker.c"
