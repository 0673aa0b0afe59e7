/*
 * name: stream-receiver-reset
 * mechanism: tcp
 * bug: a reset taken for the end
 * about: stream-receiver that takes any end for the good one
 * caught-as: wrong-exit wrong-output
 */
#define BUG_RESET
#include "tcp/stream-receiver.c"
