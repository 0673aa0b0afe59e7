/*
 * name: level-result-plain
 * mechanism: shm-posix
 * bug: the flag may be stored before what it stands for
 * about: level-result-plain writer|reader NAME: as level-result, with a plain int
 * caught-as: optimization
 */
#define BUG_PLAIN
#include "level-result.c"
