/*
 * name: race-wakeup-lost
 * mechanism: mmap
 * bug: says that it is ready while the other is about to sleep, without the lock
 * about: race-wakeup-lost: as race-wakeup, the flag being atomic and not locked
 * caught-as: deadlock
 */
#define BUG_LOST
#include "race-wakeup.c"
