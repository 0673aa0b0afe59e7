/*
 * name: mq-poison-loop
 * mechanism: mq-posix
 * bug: a poisonous message after each crash
 * about: works off jobs in a child; a job whose worker died goes back into the queue,
 *	and kills the next one, until the parent gives up
 * caught-as: wrong-exit
 */
#define BUG_LOOP
#include "mq-posix/mq-poison.c"
