/*
 * name: mq-receiver-eagain
 * mechanism: mq-posix
 * bug: an empty queue taken for the end
 * about: receives records from a POSIX queue; when somebody has set O_NONBLOCK on the queue that it
 *	shares, it ends early and calls it a success
 * caught-as: wrong-output deadlock
 */
#define BUG_EAGAIN
#include "mq-posix/mq-receiver.c"
