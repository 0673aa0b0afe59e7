/*
 * name: udp-feed-unchecked
 * mechanism: udp
 * bug: a damaged message is applied
 * about: a child sends numbered steps over UDP; the parent does not look at the checksum that
 *	each of them has
 * caught-as: wrong-exit wrong-output
 */
#define BUG_UNCHECKED
#include "udp/udp-feed.c"
