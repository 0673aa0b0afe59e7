/*
 * name: level-ready-plain
 * mechanism: shm-posix
 * bug: the flag between processes may stay in a register
 * about: level-ready-plain reader|writer NAME: as level-ready, with a plain int
 * caught-as: optimization
 */
#define BUG_PLAIN
#include "level-ready.c"
