/*
 * name: msg-pool-two-full
 * mechanism: msg-sysv
 * bug: two full queues
 * about: a publisher and three receivers at one queue; sends all jobs before it takes the
 *	first answer
 * caught-as: deadlock hang
 */
#define QUEUE  queue_sysv
#define WINDOW 1000
#include "mq-posix/mq-pool.c"
