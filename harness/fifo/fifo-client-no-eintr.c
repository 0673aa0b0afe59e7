/*
 * name: fifo-client-no-eintr
 * mechanism: fifo
 * bug: no EINTR retry (open of a FIFO)
 * about: fifo-client-no-eintr PATH: a signal while it waits for a reader makes it give up
 * caught-as: wrong-exit
 */
#define BUG_NO_EINTR
#include "fifo/fifo-client.c"
