/*
 * name: msg-sender-drop
 * mechanism: msg-sysv
 * bug: a full queue loses messages
 * about: sends records to a System V queue and with --try does not wait; what does not fit is lost
 * caught-as: wrong-exit wrong-output deadlock
 */
#define BUG_DROP
#include "msg-sysv/msg-sender.c"
