/*
 * name: eventfd-tokens-lost
 * mechanism: eventfd
 * bug: token of a dead process is lost
 * about: does not give back what a child has taken that died: nobody else does
 * caught-as: deadlock hang
 */
#define BUG_LOST
#include "eventfd/eventfd-tokens.c"
