/*
 * name: msg-receiver-no-eintr
 * mechanism: msg-sysv
 * bug: no EINTR retry (msgrcv), which SA_RESTART does not help
 * about: receives records from a System V queue; a signal while it waits ends the job
 * caught-as: wrong-exit wrong-output
 */
#define BUG_NO_EINTR
#include "msg-sysv/msg-receiver.c"
