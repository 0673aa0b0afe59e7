/*
 * name: mq-client-stale
 * mechanism: mq-posix
 * bug: the reply to a dead client taken for its own
 * about: sends requests and takes the first reply for the answer
 * caught-as: wrong-output
 */
#define BUG_STALE
#include "mq-posix/mq-client.c"
