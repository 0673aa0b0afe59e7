/*
 * name: shm-server-twice
 * mechanism: shm-posix
 * bug: length re-read from shared memory
 * about: shm-server-twice NAME: checks the length, and then reads it again
 * caught-as: crash
 */
#define BUG_TWICE
#include "shm-posix/shm-server.c"
