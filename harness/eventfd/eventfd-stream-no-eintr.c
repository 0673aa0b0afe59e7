/*
 * name: eventfd-stream-no-eintr
 * mechanism: eventfd
 * bug: no EINTR retry (eventfd)
 * about: gives up when a signal interrupts the wait for an event
 * caught-as: wrong-exit
 */
#define BUG_NO_EINTR
#include "eventfd/eventfd-stream.c"
