/*
 * name: race-lines-shared
 * mechanism: mmap
 * bug: both counters are on one cache line
 * about: race-lines-shared: as race-lines, not padded
 * caught-as: false-sharing
 */
#define BUG_SHARED
#include "race-lines.c"
