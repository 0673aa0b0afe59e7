/*
 * name: shm-rwlock-patient
 * mechanism: shm-posix
 * bug: a read-write lock has no recovery
 * about: shm-rwlock-patient: as shm-rwlock, and it waits for ever
 * caught-as: deadlock
 */
#define BUG_PATIENT
#include "shm-posix/shm-rwlock.c"
