/*
 * name: msg-receiver-credulous
 * mechanism: msg-sysv
 * bug: lost messages not noticed
 * about: receives records from a System V queue and is content with what there is
 * caught-as: wrong-exit
 */
#define BUG_CREDULOUS
#include "msg-sysv/msg-receiver.c"
