/*
 * name: fifo-rpc-order
 * mechanism: fifo
 * bug: two FIFOs opened in opposite orders
 * about: fifo-rpc-order PREFIX: a client and a server talk over two FIFOs; each waits in
 *	open for the other to open the other one
 * caught-as: deadlock hang
 */
#define BUG_ORDER
#include "fifo/fifo-rpc.c"
