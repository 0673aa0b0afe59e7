/*
 * name: stream-sender-trusting
 * mechanism: tcp
 * bug: end of the connection taken for an answer
 * about: stream-sender that is content whatever the receiver says
 * caught-as: wrong-exit wrong-output
 */
#define BUG_TRUST
#include "tcp/stream-sender.c"
