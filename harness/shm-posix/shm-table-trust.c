/*
 * name: shm-table-trust
 * mechanism: shm-posix
 * bug: shared data trusted
 * about: shm-table-trust NAME: adds up what is there, damaged or not
 * caught-as: wrong-exit wrong-output
 */
#define BUG_TRUST
#include "shm-posix/shm-table.c"
