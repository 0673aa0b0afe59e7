/*
 * name: udp-transfer-again
 * mechanism: udp
 * bug: a datagram that comes twice is applied twice
 * about: the receiver takes every record for a new one, also one that is sent again since
 *	its acknowledgement was lost
 * caught-as: wrong-exit wrong-output
 */
#define BUG_AGAIN
#include "udp/udp-transfer.c"
