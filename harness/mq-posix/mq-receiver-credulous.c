/*
 * name: mq-receiver-credulous
 * mechanism: mq-posix
 * bug: lost messages not noticed
 * about: receives records from a POSIX queue and is content with what there is
 * caught-as: wrong-exit
 */
#define BUG_CREDULOUS
#include "mq-posix/mq-receiver.c"
