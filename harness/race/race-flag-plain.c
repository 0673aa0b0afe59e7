/*
 * name: race-flag-plain
 * mechanism: mmap
 * bug: the flag is neither volatile nor atomic, so the compiler reads it once
 * about: race-flag-plain: as race-flag, with a plain flag
 * caught-as: stale-read
 */
#define BUG_PLAIN
#include "race-flag.c"
