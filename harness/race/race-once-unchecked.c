/*
 * name: race-once-unchecked
 * mechanism: mmap
 * bug: does not check again when it has the lock
 * about: race-once-unchecked: as race-once, checked once only
 * caught-as: wrong-exit
 */
#define BUG_UNCHECKED
#include "race-once.c"
