/*
 * name: race-pool-held
 * mechanism: mmap
 * bug: the pool's lock is held while it waits for one who may need it
 * about: race-pool-held: as race-pool, reported under the lock
 * caught-as: deadlock
 */
#define BUG_HELD
#include "race-pool.c"
