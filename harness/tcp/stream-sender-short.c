/*
 * name: stream-sender-short
 * mechanism: tcp
 * bug: result of send not looked at
 * about: stream-sender that takes each send for complete
 * caught-as: wrong-exit wrong-output
 */
#define BUG_SHORT
#include "tcp/stream-sender.c"
