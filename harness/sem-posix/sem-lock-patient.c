/*
 * name: sem-lock-patient
 * mechanism: sem-posix
 * bug: nobody gives back what a dead process has taken
 * about: sem-lock-patient: as sem-lock, and it waits for ever
 * caught-as: deadlock
 */
#define BUG_PATIENT
#include "sem-posix/sem-lock.c"
