/*
 * name: shm-poster-alone
 * mechanism: shm-posix
 * bug: posts to an object without a name
 * about: shm-poster-alone NAME: goes on in an object that nobody can find any more
 * caught-as: wrong-exit
 */
#define BUG_ALONE
#include "shm-posix/shm-poster.c"
