/*
 * name: shm-cond
 * mechanism: shm-posix
 * bug: a condition breaks with the process that dies while it waits or signals
 * about: shm-cond: as shm-bell, with a condition of the C library
 * caught-as: deadlock
 */
#define BUG_COND
#include "shm-posix/shm-bell.c"
