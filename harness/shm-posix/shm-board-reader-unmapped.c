/*
 * name: shm-board-reader-unmapped
 * mechanism: shm-posix
 * bug: result of mmap ignored
 * about: shm-board-reader-unmapped NAME: looks at MAP_FAILED
 * caught-as: crash
 */
#define BUG_UNMAPPED
#include "shm-posix/shm-board-reader.c"
