/*
 * name: stream-sender-half
 * mechanism: tcp
 * bug: half-close taken for a dead peer
 * about: stream-sender that stops when the receiver says no more
 * caught-as: wrong-exit wrong-output
 */
#define BUG_HALF
#include "tcp/stream-sender.c"
