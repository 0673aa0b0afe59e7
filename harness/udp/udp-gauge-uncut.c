/*
 * name: udp-gauge-uncut
 * mechanism: udp
 * bug: a datagram that was cut is taken for a whole one
 * about: a child sends levels as text; the parent does not look at MSG_TRUNC, and reads a smaller
 *	number
 * caught-as: wrong-output
 */
#define BUG_UNCUT
#include "udp/udp-gauge.c"
