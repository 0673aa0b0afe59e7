/*
 * name: level-doorbell-plain
 * mechanism: mmap
 * bug: the first of two commands is removed as a dead store
 * about: level-doorbell-plain host|device FILE: as level-doorbell, but nothing tells the compiler
 *	that somebody reads the commands
 * caught-as: optimization
 */
#define BUG_PLAIN
#include "level-doorbell.c"
