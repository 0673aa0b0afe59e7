/*
 * name: shm-board-flag-first
 * mechanism: shm-posix
 * bug: flag stored before the data
 * about: shm-board-flag-first NAME: says that the board is ready, and then puts the
 *	values on it
 * caught-as: wrong-exit
 */
#define BUG_FLAG
#include "shm-posix/shm-board.c"
