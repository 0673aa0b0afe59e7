/*
 * name: sysv-reader-early
 * mechanism: shm-sysv
 * bug: shared memory read before it is filled
 * about: does not ask whether the text is there yet
 * caught-as: wrong-output
 */
#define BUG_EARLY
#include "shm-sysv/sysv-reader.c"
