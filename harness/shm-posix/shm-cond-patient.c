/*
 * name: shm-cond-patient
 * mechanism: shm-posix
 * bug: who waits is not told when the one that is to signal dies
 * about: shm-cond-patient: as shm-cond, and it waits for ever
 * caught-as: deadlock
 */
#define BUG_PATIENT
#include "shm-posix/shm-cond.c"
