/*
 * name: mq-pool-stale
 * mechanism: mq-posix
 * bug: after EINTR the message before is taken once more (mq_receive)
 * about: a publisher and three receivers at one queue; a receiver that is interrupted does the
 *	job that is still in its buffer, and each answer counts
 * caught-as: wrong-output wrong-exit
 */
#define BUG_STALE
#define BUG_TWICE
#include "mq-posix/mq-pool.c"
