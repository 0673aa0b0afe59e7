/*
 * name: sem-open-unchecked
 * mechanism: sem-posix
 * bug: SEM_FAILED not looked for
 * about: sem-open-unchecked: as sem-open, but a semaphore that could not be opened is used
 * caught-as: crash
 */
#define BUG_UNCHECKED
#include "sem-posix/sem-open.c"
