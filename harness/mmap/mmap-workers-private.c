/*
 * name: mmap-workers-private
 * mechanism: mmap
 * bug: MAP_PRIVATE mistaken for shared
 * about: mmap-workers-private FILE: the child stores into a copy that nobody else sees
 * caught-as: wrong-exit wrong-output
 */
#define BUG_PRIVATE
#include "mmap/mmap-workers.c"
