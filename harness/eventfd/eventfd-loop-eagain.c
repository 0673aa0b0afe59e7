/*
 * name: eventfd-loop-eagain
 * mechanism: eventfd
 * bug: EAGAIN of a full counter taken for a failure
 * about: ends when the counter is full, although that event is there already
 * caught-as: wrong-exit
 */
#define BUG_EAGAIN
#include "eventfd/eventfd-loop.c"
