/*
 * name: mmap-config-blind
 * mechanism: mmap
 * bug: results of open and mmap ignored
 * about: mmap-config-blind FILE: uses MAP_FAILED as an address
 * caught-as: crash
 */
#define BUG_BLIND
#include "mmap/mmap-config.c"
