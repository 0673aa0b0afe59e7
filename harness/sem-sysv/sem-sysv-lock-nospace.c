/*
 * name: sem-sysv-lock-nospace
 * mechanism: sem-sysv
 * bug: every failure of semget taken for EEXIST
 * about: sem-sysv-lock PATH: asks for ever for a set that the system has no room for
 * caught-as: spin hang
 */
#define BUG_NOSPACE
#include "sem-sysv/sem-sysv-lock.c"
