/*
 * name: fifo-client-naive
 * mechanism: fifo
 * bug: SIGPIPE not ignored (FIFO)
 * about: fifo-client-naive PATH: dies of SIGPIPE when the reader goes away
 * caught-as: sigpipe
 */
#define BUG_NAIVE
#include "fifo/fifo-client.c"
