/*
 * name: level-seqlock-plain
 * mechanism: shm-posix
 * bug: the sequence number is read once only
 * about: level-seqlock-plain reader|writer NAME: as level-seqlock, with plain numbers
 * caught-as: optimization
 */
#define BUG_PLAIN
#include "level-seqlock.c"
