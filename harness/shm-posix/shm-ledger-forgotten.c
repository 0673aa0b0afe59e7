/*
 * name: shm-ledger-forgotten
 * mechanism: shm-posix
 * bug: pthread_mutex_consistent forgotten
 * about: shm-ledger-forgotten [--updates N]: as shm-ledger, but it only mends the data: the
 *	lock becomes unusable for ever (ENOTRECOVERABLE)
 * caught-as: wrong-exit
 */
#define BUG_FORGOTTEN
#include "shm-posix/shm-ledger.c"
