/*
 * name: sem-sysv-forks-single
 * mechanism: sem-sysv
 * bug: several semaphores taken one after the other
 * about: each philosopher has one fork and waits for that of the next
 * caught-as: deadlock hang
 */
#define BUG_SINGLE
#include "sem-sysv/sem-sysv-forks.c"
