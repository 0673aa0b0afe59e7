/*
 * name: unix-seqpacket-feed-again
 * mechanism: unix-seqpacket
 * bug: sends for ever to a receiver that has gone
 * about: takes every error of send for one that will pass: a Unix socket that keeps messages
 *	apart sends no SIGPIPE that would end it
 * caught-as: spin hang
 */
#define BUG_AGAIN
#include "unix-seqpacket/unix-seqpacket-feed.c"
