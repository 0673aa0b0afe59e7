/*
 * name: shm-lock-plain
 * mechanism: shm-posix
 * bug: the mutex is not robust
 * about: shm-lock-plain: as shm-lock-timed, and it waits for ever
 * caught-as: deadlock
 */
#define PLAIN
#include "shm-posix/shm-lock.c"
