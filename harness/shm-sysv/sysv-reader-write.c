/*
 * name: sysv-reader-write
 * mechanism: shm-sysv
 * bug: store into a segment attached SHM_RDONLY
 * about: sysv-reader-write: falls back to reading only, and then writes
 * caught-as: crash
 */
#define BUG_WRITE
#include "shm-sysv/sysv-reader.c"
