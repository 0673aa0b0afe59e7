/*
 * name: process-ledger-race
 * mechanism: process
 * bug: the error path counts without the lock
 * about: two threads read amounts from standard input and move them between two accounts, each
 *	with its lock; read errors are counted as if there were one thread
 * caught-as: race
 */
#define BUG_RACE
#include "process/process-ledger.c"
