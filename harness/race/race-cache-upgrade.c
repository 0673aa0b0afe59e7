/*
 * name: race-cache-upgrade
 * mechanism: mmap
 * bug: relies under the write lock on what it has seen under the read lock
 * about: race-cache-upgrade: as race-cache, looked up once only
 * caught-as: wrong-exit
 */
#define BUG_UPGRADE
#include "race-cache.c"
