/*
 * name: race-publish-early
 * mechanism: shm-posix
 * bug: says that it is ready before it is
 * about: race-publish-early: as race-publish, with two lines exchanged
 * caught-as: wrong-exit
 */
#define BUG_EARLY
#include "race-publish.c"
