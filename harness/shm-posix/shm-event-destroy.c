/*
 * name: shm-event-destroy
 * mechanism: shm-posix
 * bug: a condition is destroyed that a dead process waits at
 * about: shm-event-destroy: as shm-event, but it destroys the condition in the end, which waits
 *	for its waiters
 * caught-as: deadlock
 */
#define BUG_DESTROY
#include "shm-posix/shm-event.c"
