/*
 * name: stream-sender-give-up
 * mechanism: tcp
 * bug: nobody there yet taken for nobody there
 * about: stream-sender that tries to connect once
 * caught-as: wrong-exit
 */
#define BUG_GIVE_UP
#include "tcp/stream-sender.c"
