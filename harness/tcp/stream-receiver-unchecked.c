/*
 * name: stream-receiver-unchecked
 * mechanism: tcp
 * bug: records that are missing are not noticed
 * about: counts what is lost and is content with what has come
 * caught-as: wrong-exit
 */
#define BUG_UNCHECKED
#include "tcp/stream-receiver.c"
