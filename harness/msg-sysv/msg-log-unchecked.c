/*
 * name: msg-log-unchecked
 * mechanism: msg-sysv
 * bug: failure of msgget and msgsnd not noticed
 * about: hands records to a child through a queue; where it gets none, all are lost
 * caught-as: wrong-output
 */
#define BUG_UNCHECKED
#include "msg-sysv/msg-log.c"
