/*
 * name: race-robust-lost
 * mechanism: mmap
 * bug: repairs, and does not call pthread_mutex_consistent(): nobody gets the lock again
 * about: race-robust-lost [killed]: as race-robust, the mutex not made consistent
 * caught-as: not-recovered, wrong-exit
 */
#define BUG_LOST
#include "race-robust.c"
