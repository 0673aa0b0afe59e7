/*
 * name: level-stop-plain
 * mechanism: signal
 * bug: the flag of the handler may stay in a register
 * about: level-stop-plain: as level-stop, with a plain int
 * caught-as: optimization
 */
#define BUG_PLAIN
#include "level-stop.c"
