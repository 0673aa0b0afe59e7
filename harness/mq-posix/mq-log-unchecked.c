/*
 * name: mq-log-unchecked
 * mechanism: mq-posix
 * bug: failure of mq_open and mq_send not noticed
 * about: hands records to a child through a queue of its own; where it gets none, all are
 *	lost
 * caught-as: wrong-output
 */
#define BUG_UNCHECKED
#include "mq-posix/mq-log.c"
