/*
 * name: mq-receiver-fixed
 * mechanism: mq-posix
 * bug: buffer smaller than the queue's messages, any error is tried again (mq_receive)
 * about: receives records from a POSIX queue; fails with EMSGSIZE for ever when the queue was made
 *	for longer messages
 * caught-as: spin
 */
#define BUG_FIXED
#include "mq-posix/mq-receiver.c"
