/*
 * name: mq-receiver-no-eintr
 * mechanism: mq-posix
 * bug: no EINTR retry (mq_receive)
 * about: receives records from a POSIX queue; a signal while it waits ends the job
 * caught-as: wrong-exit wrong-output deadlock
 */
#define BUG_NO_EINTR
#include "mq-posix/mq-receiver.c"
