/*
 * name: mq-caller-creates
 * mechanism: mq-posix
 * bug: a second queue of the same name
 * about: asks a server over a queue that it makes itself when it is not there; nobody ever
 *	reads it
 * caught-as: deadlock hang
 */
#define BUG_CREATES
#include "mq-posix/mq-caller.c"
