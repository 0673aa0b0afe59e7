/*
 * name: race-dekker-once
 * mechanism: mmap
 * bug: enters in its turn without waiting for the other to leave
 * about: race-dekker-once: as race-dekker, with an if for a while
 * caught-as: wrong-exit
 */
#define BUG_ONCE
#include "race-dekker.c"
