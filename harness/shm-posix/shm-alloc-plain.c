/*
 * name: shm-alloc-plain
 * mechanism: shm-posix
 * bug: the allocator's lock is lost with the process that dies in it
 * about: shm-alloc-plain: as shm-alloc, with a mutex that is not robust
 * caught-as: deadlock
 */
#define BUG_PLAIN
#include "shm-posix/shm-alloc.c"
