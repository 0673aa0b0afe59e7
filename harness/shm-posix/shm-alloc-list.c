/*
 * name: shm-alloc-list
 * mechanism: shm-posix
 * bug: a block that a dead process had, or was about to give back, is in no list
 * about: shm-alloc-list: as shm-alloc, with a list of free blocks that nobody mends
 * caught-as: wrong-exit
 */
#define BUG_LIST
#include "shm-posix/shm-alloc.c"
