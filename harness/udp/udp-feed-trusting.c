/*
 * name: udp-feed-trusting
 * mechanism: udp
 * bug: missing messages are not noticed
 * about: a child sends numbered steps over UDP; the parent does not look whether all have come
 * caught-as: wrong-exit
 */
#define BUG_TRUSTING
#include "udp/udp-feed.c"
