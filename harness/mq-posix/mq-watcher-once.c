/*
 * name: mq-watcher-once
 * mechanism: mq-posix
 * bug: mq_notify is one-shot, and asked for once
 * about: is told of messages by mq_notify, the first time only
 * caught-as: deadlock hang
 */
#define BUG_ONCE
#include "mq-posix/mq-watcher.c"
