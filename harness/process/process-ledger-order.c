/*
 * name: process-ledger-order
 * mechanism: process
 * bug: two locks are taken in either order
 * about: two threads read amounts from standard input and move them between two accounts; each
 *	takes the lock of the account that it moves from first
 * caught-as: memory-error
 */
#define BUG_ORDER
#include "process/process-ledger.c"
