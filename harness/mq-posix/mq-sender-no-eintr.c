/*
 * name: mq-sender-no-eintr
 * mechanism: mq-posix
 * bug: no EINTR retry (mq_send)
 * about: sends records to a POSIX queue; a signal while it waits for room ends the job
 * caught-as: wrong-exit deadlock
 */
#define BUG_NO_EINTR
#include "mq-posix/mq-sender.c"
