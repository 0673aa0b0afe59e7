/*
 * name: shm-frame-unsealed
 * mechanism: shm-posix
 * bug: memory of another process not sealed
 * about: shm-frame-unsealed: maps what a client gives; when the client makes it shorter,
 *	that is SIGBUS
 * caught-as: crash
 */
#define BUG_UNSEALED
#include "shm-posix/shm-frame.c"
