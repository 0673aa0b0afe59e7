/*
 * name: msg-receiver-spin
 * mechanism: msg-sysv
 * bug: any error is tried again (msgrcv)
 * about: receives records from a System V queue; fails with EIDRM or EINVAL for ever when the
 *	queue was removed
 * caught-as: spin
 */
#define BUG_SPIN
#include "msg-sysv/msg-receiver.c"
