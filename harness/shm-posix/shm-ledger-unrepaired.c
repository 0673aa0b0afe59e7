/*
 * name: shm-ledger-unrepaired
 * mechanism: shm-posix
 * bug: the lock is recovered, the data are not
 * about: shm-ledger-unrepaired [--updates N]: as shm-ledger, but it goes on with the half
 *	update that the dead writer has left
 * caught-as: wrong-exit wrong-output
 */
#define BUG_UNREPAIRED
#include "shm-posix/shm-ledger.c"
