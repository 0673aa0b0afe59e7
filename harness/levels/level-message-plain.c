/*
 * name: level-message-plain
 * mechanism: shm-posix
 * bug: the store that takes the old message back is removed as dead
 * about: level-message-plain writer|reader NAME: as level-message, with a plain int
 * caught-as: optimization
 */
#define BUG_PLAIN
#include "level-message.c"
