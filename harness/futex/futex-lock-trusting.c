/*
 * name: futex-lock-trusting
 * mechanism: futex
 * bug: the holder of the lock is taken to live
 * about: futex-lock-trusting [--rounds N]: as futex-lock, but it waits for its holder for ever
 * caught-as: deadlock
 */
#define BUG_TRUSTING
#include "futex/futex-lock.c"
