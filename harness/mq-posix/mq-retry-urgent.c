/*
 * name: mq-retry-urgent
 * mechanism: mq-posix
 * bug: priority starvation
 * about: works off jobs; one that fails is tried again before all others, and these are
 *	never done
 * caught-as: spin hang
 */
#define BUG_URGENT
#include "mq-posix/mq-retry.c"
