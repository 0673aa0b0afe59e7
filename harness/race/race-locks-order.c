/*
 * name: race-locks-order
 * mechanism: mmap
 * bug: each takes its own lock first
 * about: race-locks-order: as race-locks, in the order in which they are named
 * caught-as: deadlock
 */
#define BUG_ORDER
#include "race-locks.c"
