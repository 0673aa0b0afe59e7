/*
 * name: shm-ledger-plain
 * mechanism: shm-posix
 * bug: the lock is not robust
 * about: shm-ledger-plain [--updates N]: as shm-ledger, but a writer that dies takes the lock
 *	with it
 * caught-as: deadlock
 */
#define BUG_PLAIN
#include "shm-posix/shm-ledger.c"
