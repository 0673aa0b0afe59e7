/*
 * name: sem-queue-deaf
 * mechanism: sem-posix
 * bug: a post that never comes is waited for
 * about: sem-queue-deaf [--items N]: as sem-queue, but nobody notices the death of the maker
 *	between making an item and posting it
 * caught-as: deadlock
 */
#define BUG_DEAF
#include "sem-posix/sem-queue.c"
