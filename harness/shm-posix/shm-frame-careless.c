/*
 * name: shm-frame-careless
 * mechanism: shm-posix
 * bug: shared memory that its client can cut
 * about: asks for no seal and sets none
 * caught-as: crash
 */
#define BUG_CARELESS
#include "shm-posix/shm-frame.c"
