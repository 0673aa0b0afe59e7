/*
 * name: stream-receiver-eagain
 * mechanism: tcp
 * bug: EAGAIN taken for the end of the connection
 * about: never set O_NONBLOCK itself, so it never expects EAGAIN
 * caught-as: wrong-exit
 */
#define BUG_EAGAIN
#include "tcp/stream-receiver.c"
