/*
 * name: msg-sender-no-eintr
 * mechanism: msg-sysv
 * bug: no EINTR retry (msgsnd), which SA_RESTART does not help
 * about: sends records to a System V queue; a signal while it waits for room ends the job
 * caught-as: wrong-exit wrong-output deadlock
 */
#define BUG_NO_EINTR
#include "msg-sysv/msg-sender.c"
