/*
 * name: stream-receiver-boundary
 * mechanism: tcp
 * bug: one recv taken for one message
 * about: stream-receiver that takes what recv gives for a record
 * caught-as: wrong-exit wrong-output
 */
#define BUG_BOUNDARY
#include "tcp/stream-receiver.c"
