/*
 * name: race-publish-size
 * mechanism: shm-posix
 * bug: uses memory that is there by its name only, without a size yet
 * about: race-publish-size: as race-publish, without a look at the size
 * caught-as: crash
 */
#define BUG_SIZE
#include "race-publish.c"
