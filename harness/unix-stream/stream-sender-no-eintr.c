/*
 * name: stream-sender-no-eintr
 * mechanism: unix-stream
 * bug: EINTR of connect taken for a refusal
 * about: stream-sender that gives up when a signal comes
 * caught-as: wrong-exit
 */
#define BUG_NO_EINTR
#include "tcp/stream-sender.c"
