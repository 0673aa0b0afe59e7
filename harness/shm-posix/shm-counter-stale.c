/*
 * name: shm-counter-stale
 * mechanism: shm-posix
 * bug: memory of a dead run re-used
 * about: shm-counter-stale NAME: takes for granted that the memory is as a good end
 *	leaves it
 * caught-as: wrong-output
 */
#define BUG_STALE
#include "shm-posix/shm-counter.c"
