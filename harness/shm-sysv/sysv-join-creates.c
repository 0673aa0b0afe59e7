/*
 * name: sysv-join-creates
 * mechanism: shm-sysv
 * bug: a segment that is gone is made anew
 * about: says IPC_CREAT wherever it looks for the segment: who comes after it was removed has one
 *	of its own, empty, and leaves it behind
 * caught-as: wrong-exit wrong-output leak
 */
#define BUG_CREATES
#include "shm-sysv/sysv-join.c"
