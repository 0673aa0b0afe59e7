/*
 * name: eventfd-stream-blocking
 * mechanism: eventfd
 * bug: EAGAIN of a shared description not expected
 * about: gives up when somebody who has the eventfd too makes it nonblocking
 * caught-as: wrong-exit
 */
#define BUG_BLOCKING
#include "eventfd/eventfd-stream.c"
