/*
 * name: shm-ledger-rwlock
 * mechanism: shm-posix
 * bug: a read-write lock has no recovery
 * about: shm-ledger-rwlock [--updates N]: as shm-ledger, with a read-write lock: POSIX has no
 *	robust ones
 * caught-as: deadlock
 */
#define BUG_RWLOCK
#include "shm-posix/shm-ledger.c"
