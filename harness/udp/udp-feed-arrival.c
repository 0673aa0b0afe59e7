/*
 * name: udp-feed-arrival
 * mechanism: udp
 * bug: messages are applied in the order of their arrival
 * about: a child sends numbered steps over UDP; the parent applies them as they come, although
 *	UDP does not keep their order
 * caught-as: wrong-output
 */
#define BUG_ARRIVAL
#include "udp/udp-feed.c"
