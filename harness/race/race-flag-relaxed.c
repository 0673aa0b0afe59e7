/*
 * name: race-flag-relaxed
 * mechanism: mmap
 * bug: the flag is atomic, but its memory order does not publish what was stored before
 * about: race-flag-relaxed: as race-flag, with memory_order_relaxed
 * caught-as: race
 */
#define BUG_RELAXED
#include "race-flag.c"
