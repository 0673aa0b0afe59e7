/*
 * name: shm-ledger-impatient
 * mechanism: shm-posix
 * bug: a slow holder is taken for a dead one
 * about: shm-ledger-impatient --timedlock: as shm-ledger, but it waits for the lock no time at all
 *	and then believes that it is lost
 * caught-as: wrong-exit wrong-output
 */
#define BUG_IMPATIENT
#include "shm-posix/shm-ledger.c"
