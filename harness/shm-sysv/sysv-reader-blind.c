/*
 * name: sysv-reader-blind
 * mechanism: shm-sysv
 * bug: result of shmat ignored
 * about: sysv-reader-blind: uses (void *)-1 as an address
 * caught-as: crash
 */
#define BUG_BLIND
#include "shm-sysv/sysv-reader.c"
