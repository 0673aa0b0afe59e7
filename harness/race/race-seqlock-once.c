/*
 * name: race-seqlock-once
 * mechanism: mmap
 * bug: does not look again whether somebody has written meanwhile
 * about: race-seqlock-once: as race-seqlock, with half of the reader's lock
 * caught-as: wrong-exit
 */
#define BUG_ONCE
#include "race-seqlock.c"
