/*
 * name: stream-sender-deaf
 * mechanism: tcp
 * bug: reason given by the receiver not read
 * about: stream-sender that says only that the receiver has gone
 * caught-as: wrong-exit wrong-output
 */
#define BUG_MESSAGE
#include "tcp/stream-sender.c"
