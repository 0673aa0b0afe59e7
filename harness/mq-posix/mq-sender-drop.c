/*
 * name: mq-sender-drop
 * mechanism: mq-posix
 * bug: a full queue loses messages
 * about: sends records to a POSIX queue that does not block; what does not fit is lost
 * caught-as: wrong-exit wrong-output deadlock
 */
#define BUG_DROP
#include "mq-posix/mq-sender.c"
