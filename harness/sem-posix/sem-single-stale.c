/*
 * name: sem-single-stale
 * mechanism: sem-posix
 * bug: a semaphore is left taken by a crashed run
 * about: sem-single-stale FILE: as sem-single, with a semaphore in the file: after a crash every
 *	later run waits for ever
 * caught-as: deadlock
 */
#define BUG_STALE
#include "sem-posix/sem-single.c"
