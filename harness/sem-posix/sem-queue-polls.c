/*
 * name: sem-queue-polls
 * mechanism: sem-posix
 * bug: a few looks in place of a wait
 * about: sem-queue-polls [--items N]: as sem-queue, but it looks a hundred times
 *	whether there is an item and then believes that none will come
 * caught-as: wrong-exit wrong-output
 */
#define BUG_POLLS
#include "sem-posix/sem-queue.c"
