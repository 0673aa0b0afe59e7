/*
 * name: udp-transfer-once
 * mechanism: udp
 * bug: a lost datagram is never sent again
 * about: sends each record once, waits for the acknowledgement for a while, and goes on with
 *	the next one whether it came or not
 * caught-as: wrong-exit wrong-output
 */
#define BUG_ONCE
#include "udp/udp-transfer.c"
