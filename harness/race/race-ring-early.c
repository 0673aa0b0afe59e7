/*
 * name: race-ring-early
 * mechanism: shm-posix
 * bug: tells of a slot before there is something in it
 * about: race-ring-early producer|consumer: as race-ring, with two lines exchanged
 * caught-as: wrong-exit
 */
#define BUG_EARLY
#include "race-ring.c"
