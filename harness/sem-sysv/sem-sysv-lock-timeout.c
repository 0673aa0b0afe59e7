/*
 * name: sem-sysv-lock-timeout
 * mechanism: sem-sysv
 * bug: time limit taken for the lock (EAGAIN of semtimedop)
 * about: sem-sysv-lock PATH: goes in when the time is over, and gives back what it has not got
 * caught-as: wrong-exit
 */
#define BUG_TIMEOUT
#include "sem-sysv/sem-sysv-lock.c"
