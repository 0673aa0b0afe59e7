/*
 * name: race-robust-half
 * mechanism: mmap
 * bug: makes the mutex consistent, and what it protects not
 * about: race-robust-half [killed]: as race-robust, without a repair
 * caught-as: wrong-exit
 */
#define BUG_HALF
#include "race-robust.c"
