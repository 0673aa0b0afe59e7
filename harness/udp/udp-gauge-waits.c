/*
 * name: udp-gauge-waits
 * mechanism: udp
 * bug: no time limit for a sender that has gone
 * about: waits for ever for a datagram that nobody will send
 * caught-as: hang deadlock
 */
#define BUG_WAITS
#include "udp/udp-gauge.c"
