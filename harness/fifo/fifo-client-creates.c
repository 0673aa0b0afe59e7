/*
 * name: fifo-client-creates
 * mechanism: fifo
 * bug: a FIFO that is gone becomes a regular file
 * about: fifo-client-creates PATH: opens as the `>` of a shell does, and what it sends is read by
 *	nobody when the server has taken its FIFO away
 * caught-as: wrong-exit
 */
#define BUG_CREATES
#include "fifo/fifo-client.c"
