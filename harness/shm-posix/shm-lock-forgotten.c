/*
 * name: shm-lock-forgotten
 * mechanism: shm-posix
 * bug: it takes the lock over and does not say that all is well again
 * about: shm-lock-forgotten: as shm-lock, without pthread_mutex_consistent(3)
 * caught-as: wrong-exit
 */
#define BUG_FORGOTTEN
#include "shm-posix/shm-lock.c"
