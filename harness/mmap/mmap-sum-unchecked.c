/*
 * name: mmap-sum-unchecked
 * mechanism: mmap
 * bug: mapping that could not be made is used
 * about: does not look at what mmap returns
 * caught-as: crash
 */
#define BUG_UNCHECKED
#include "mmap/mmap-sum.c"
