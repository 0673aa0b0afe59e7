/*
 * name: mq-pool-lost
 * mechanism: mq-posix
 * bug: the work of a receiver that died is lost
 * about: a publisher and three receivers at one queue; the job that a dead receiver had taken
 *	is never sent again
 * caught-as: deadlock hang
 */
#define BUG_LOST
#include "mq-posix/mq-pool.c"
