/*
 * name: eventfd-loop-trusting
 * mechanism: eventfd
 * bug: no event taken for no job
 * about: looks for jobs only when it has got the event itself, and another may have taken it
 * caught-as: deadlock hang
 */
#define BUG_TRUSTING
#include "eventfd/eventfd-loop.c"
