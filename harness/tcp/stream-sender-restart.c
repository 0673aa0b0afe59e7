/*
 * name: stream-sender-restart
 * mechanism: tcp
 * bug: time-out begins anew after each signal
 * about: stream-sender whose time-out never comes
 * caught-as: hang late spin
 */
#define BUG_RESTART
#include "tcp/stream-sender.c"
