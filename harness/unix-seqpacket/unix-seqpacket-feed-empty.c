/*
 * name: unix-seqpacket-feed-empty
 * mechanism: unix-seqpacket
 * bug: an empty packet taken for the end of the connection
 * about: the receiver ends at the first receive that returns 0
 * caught-as: wrong-exit wrong-output sigpipe
 */
#define BUG_EMPTY
#include "unix-seqpacket/unix-seqpacket-feed.c"
