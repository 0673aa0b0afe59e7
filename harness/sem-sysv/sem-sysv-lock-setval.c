/*
 * name: sem-sysv-lock-setval
 * mechanism: sem-sysv
 * bug: semaphore initialised by everybody who opens it
 * about: sem-sysv-lock PATH: sets the semaphore to 1 although another is inside
 * caught-as: wrong-exit
 */
#define BUG_SETVAL
#include "sem-sysv/sem-sysv-lock.c"
