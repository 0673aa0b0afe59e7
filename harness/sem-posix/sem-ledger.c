/*
 * name: sem-ledger
 * mechanism: sem-posix
 * bug: a semaphore as a lock
 * about: sem-ledger [--updates N]: as shm-ledger, with a semaphore, which nobody owns: who dies
 *	with it has taken it away for ever
 * caught-as: deadlock
 */
#define BUG_SEM
#include "shm-posix/shm-ledger.c"
