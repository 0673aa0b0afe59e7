/*
 * name: mq-watcher-late
 * mechanism: mq-posix
 * bug: mq_notify asked for after the queue was looked at
 * about: is told of messages by mq_notify; what comes between its look and its request
 *	is noticed by nobody
 * caught-as: deadlock hang
 */
#define BUG_LATE
#include "mq-posix/mq-watcher.c"
