/*
 * name: sysv-cache-stale
 * mechanism: shm-sysv
 * bug: segment of a dead run re-used
 * about: sysv-cache-stale FOLDER: goes on behind the entries that a dead run has left
 * caught-as: wrong-output
 */
#define BUG_STALE
#include "shm-sysv/sysv-cache.c"
