/*
 * name: sem-sysv-lock-no-undo
 * mechanism: sem-sysv
 * bug: no SEM_UNDO
 * about: sem-sysv-lock PATH: whoever dies inside keeps the others out for ever
 * caught-as: deadlock hang
 */
#define BUG_NO_UNDO
#include "sem-sysv/sem-sysv-lock.c"
