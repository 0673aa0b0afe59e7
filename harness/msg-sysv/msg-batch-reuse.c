/*
 * name: msg-batch-reuse
 * mechanism: msg-sysv
 * bug: stale queue of a crashed run
 * about: puts its records into a queue with a key of its own, behind what a dead process has
 *	left there
 * caught-as: wrong-exit wrong-output
 */
#define BUG_REUSE
#include "msg-sysv/msg-batch.c"
