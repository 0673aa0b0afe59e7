/*
 * name: eventfd-loop-unchecked
 * mechanism: eventfd
 * bug: result of eventfd not looked at (EMFILE)
 * about: goes on without its eventfd, and waits for events that nobody can send
 * caught-as: deadlock hang
 */
#define BUG_UNCHECKED
#include "eventfd/eventfd-loop.c"
