/*
 * name: level-heartbeat-plain
 * mechanism: shm-posix
 * bug: two reads of a counter are merged into one
 * about: level-heartbeat-plain watch|beat NAME: as level-heartbeat, with a plain counter
 * caught-as: optimization
 */
#define BUG_PLAIN
#include "level-heartbeat.c"
