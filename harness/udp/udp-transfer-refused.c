/*
 * name: udp-transfer-refused
 * mechanism: udp
 * bug: ECONNREFUSED of an earlier datagram ends the transfer
 * about: takes the ECONNREFUSED that an ICMP message leaves at a connected UDP socket for the
 *	failure of this very send
 * caught-as: wrong-exit wrong-output
 */
#define BUG_REFUSED
#include "udp/udp-transfer.c"
