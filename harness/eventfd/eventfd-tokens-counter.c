/*
 * name: eventfd-tokens-counter
 * mechanism: eventfd
 * bug: no EFD_SEMAPHORE
 * about: the first read takes all tokens, of which only one is given back
 * caught-as: deadlock hang
 */
#define BUG_COUNTER
#include "eventfd/eventfd-tokens.c"
