/*
 * name: shm-worker-reloads
 * mechanism: shm-posix
 * bug: exec with a lock held
 * about: shm-worker-reloads [--reload]: as shm-worker, but it executes its successor at once, which
 *	knows nothing of the lock
 * caught-as: deadlock
 */
#define BUG_RELOADS
#include "shm-posix/shm-worker.c"
