/*
 * name: race-count-lost
 * mechanism: mmap
 * bug: reads, adds and writes back: what another has added meanwhile is lost
 * about: race-count-lost: as race-count, without an atomic addition
 * caught-as: wrong-exit
 */
#define BUG_LOST
#include "race-count.c"
