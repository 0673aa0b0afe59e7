/*
 * name: race-value-torn
 * mechanism: mmap
 * bug: a value of 16 bytes is read and written as if that were one access
 * about: race-value-torn: as race-value, without its lock
 * caught-as: wrong-exit
 */
#define BUG_TORN
#include "race-value.c"
