/*
 * name: stream-receiver-stale
 * mechanism: unix-stream
 * bug: what a dead process left blocks the restart
 * about: stream-receiver that cannot bind after a crash
 * caught-as: wrong-exit
 */
#define BUG_STALE
#include "tcp/stream-receiver.c"
