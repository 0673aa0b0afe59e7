/*
 * name: mq-watcher-deaf
 * mechanism: mq-posix
 * bug: failure of mq_notify not noticed
 * about: is told of messages by mq_notify, and waits for ever when another process is
 * caught-as: deadlock hang
 */
#define BUG_DEAF
#include "mq-posix/mq-watcher.c"
