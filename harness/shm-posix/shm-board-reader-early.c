/*
 * name: shm-board-reader-early
 * mechanism: shm-posix
 * bug: maps before the size is set
 * about: shm-board-reader-early NAME: maps what is there as soon as the name is there;
 *	the first look beyond the end of an empty object gives SIGBUS
 * caught-as: crash
 */
#define BUG_EARLY
#include "shm-posix/shm-board-reader.c"
