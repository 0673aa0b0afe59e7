/*
 * name: eventfd-loop-int
 * mechanism: eventfd
 * bug: read of less than 8 bytes (EINVAL)
 * about: reads the counter into an int, which always fails, and so never clears it
 * caught-as: spin hang
 */
#define BUG_INT
#include "eventfd/eventfd-loop.c"
