/*
 * name: stream-receiver-no-eintr
 * mechanism: tcp
 * bug: no EINTR retry (recv with a time limit)
 * about: takes an interruption for the end of the connection: SIGSTOP and SIGCONT are enough
 * caught-as: wrong-exit
 */
#define BUG_NO_EINTR
#include "tcp/stream-receiver.c"
