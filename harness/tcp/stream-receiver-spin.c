/*
 * name: stream-receiver-spin
 * mechanism: tcp
 * bug: accept called again whatever it says
 * about: stream-receiver that burns the processor when it has no descriptor left
 * caught-as: spin
 */
#define BUG_SPIN
#include "tcp/stream-receiver.c"
