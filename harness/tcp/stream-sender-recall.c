/*
 * name: stream-sender-recall
 * mechanism: tcp
 * bug: connect called again after EINTR
 * about: stream-sender that gets EISCONN from a connection that is there
 * caught-as: wrong-exit
 */
#define BUG_EINTR
#include "tcp/stream-sender.c"
