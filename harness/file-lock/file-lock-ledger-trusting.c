/*
 * name: file-lock-ledger-trusting
 * mechanism: file-lock
 * bug: lock recovered, data not
 * about: file-lock-ledger PATH: takes the lock for a promise that nothing is half done, which the
 *	kernel breaks when it gives back the lock of a dead process
 * caught-as: wrong-exit wrong-output
 */
#define BUG_TRUSTING
#include "file-lock/file-lock-ledger.c"
