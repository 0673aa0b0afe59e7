/*
 * name: level-length-twice
 * mechanism: shm-posix
 * bug: a length is read again after its check, unless the compiler remembers it
 * about: level-length-twice server|client NAME: as level-length, but checks and uses the
 *	length where it is
 * caught-as: optimization
 */
#define BUG_TWICE
#include "level-length.c"
