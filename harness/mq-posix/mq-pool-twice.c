/*
 * name: mq-pool-twice
 * mechanism: mq-posix
 * bug: work done twice after a death
 * about: a publisher and three receivers at one queue; when a receiver dies, all jobs without an
 *	answer are sent again, and both answers count
 * caught-as: wrong-output wrong-exit
 */
#define BUG_TWICE
#include "mq-posix/mq-pool.c"
