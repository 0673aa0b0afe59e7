/*
 * name: stream-receiver-mute
 * mechanism: tcp
 * bug: EAGAIN taken for answered
 * about: stream-receiver whose answer is lost when there is no room for it at once
 * caught-as: wrong-exit wrong-output
 */
#define BUG_MUTE
#include "tcp/stream-receiver.c"
