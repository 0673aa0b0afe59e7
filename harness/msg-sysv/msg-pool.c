/*
 * name: msg-pool
 * mechanism: msg-sysv
 * bug: none
 * about: a publisher and three receivers at one queue; when a receiver dies, the jobs that have
 *	no answer are sent again, and an answer that comes twice counts once
 */
#define QUEUE queue_sysv
#include "mq-posix/mq-pool.c"
