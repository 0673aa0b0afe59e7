/*
 * name: mmap-sum-bare
 * mechanism: mmap
 * bug: SIGBUS not expected
 * about: mmap-sum-bare FILE: relies on the size that the file had when it was mapped
 * caught-as: crash
 */
#define BUG_BARE
#include "mmap/mmap-sum.c"
