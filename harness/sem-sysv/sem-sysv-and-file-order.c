/*
 * name: sem-sysv-and-file-order
 * mechanism: sem-sysv
 * bug: a semaphore and the lock of a file in opposite orders (ABBA)
 * about: sem-sysv-and-file PATH: one takes the lock first, the other the semaphore; the kernel,
 *	which knows the lock only, sees no circle
 * caught-as: deadlock hang
 */
#define BUG_ORDER
#include "sem-sysv/sem-sysv-and-file.c"
