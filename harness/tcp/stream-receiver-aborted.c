/*
 * name: stream-receiver-aborted
 * mechanism: tcp
 * bug: ECONNABORTED taken for the end of the listener
 * about: stream-receiver that dies of a connection that has gone
 * caught-as: wrong-exit
 */
#define BUG_ABORTED
#include "tcp/stream-receiver.c"
