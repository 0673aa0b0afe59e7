/*
 * name: udp-transfer-blocks
 * mechanism: udp
 * bug: a receive that poll announced blocks for ever
 * about: waits in poll for the acknowledgement, then in recv: what was announced may be gone,
 *	since Linux looks at the checksum of a datagram only when it is received
 * caught-as: deadlock hang
 */
#define BUG_BLOCKS
#include "udp/udp-transfer.c"
