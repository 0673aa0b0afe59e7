/*
 * name: sem-sysv-lock-abandoned
 * mechanism: sem-sysv
 * bug: semaphore used whose creator has not initialised it
 * about: sem-sysv-lock PATH: waits for ever when the creator died between semget and semop
 * caught-as: deadlock hang
 */
#define BUG_ABANDONED
#include "sem-sysv/sem-sysv-lock.c"
