/*
 * name: shm-tally-rwlock
 * mechanism: shm-posix
 * bug: a read-write lock with a time limit
 * about: shm-tally-rwlock: as shm-tally, with a read-write lock: when its writer has died
 *	between two stores of unlocking it, glibc spins past the time limit, for ever
 * caught-as: spin
 */
#define BUG_RWLOCK
#include "shm-posix/shm-tally.c"
