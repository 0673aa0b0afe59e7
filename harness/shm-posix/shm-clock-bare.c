/*
 * name: shm-clock-bare
 * mechanism: shm-posix
 * bug: update of two words without a version
 * about: shm-clock-bare NAME: writes one word after the other; who looks in between sees
 *	a time that never was
 * caught-as: wrong-exit
 */
#define BUG_BARE
#include "shm-posix/shm-clock.c"
