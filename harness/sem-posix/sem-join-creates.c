/*
 * name: sem-join-creates
 * mechanism: sem-posix
 * bug: a semaphore that is gone is made anew
 * about: opens with O_CREAT wherever it opens: who comes after the name was removed has a
 *	semaphore of its own, which nobody waits for
 * caught-as: deadlock hang
 */
#define BUG_CREATES
#include "sem-posix/sem-join.c"
