/*
 * name: eventfd-loop-blocking
 * mechanism: eventfd
 * bug: blocking write of an event loop to its own eventfd
 * about: a full counter stops the only one who could read it
 * caught-as: deadlock hang
 */
#define BUG_BLOCKING
#include "eventfd/eventfd-loop.c"
