/*
 * name: stream-sender-sigpipe
 * mechanism: tcp
 * bug: SIGPIPE not ignored
 * about: stream-sender that dies when the receiver has gone
 * caught-as: sigpipe
 */
#define BUG_SIGPIPE
#include "tcp/stream-sender.c"
