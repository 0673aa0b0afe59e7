/*
 * name: futex-lock-impatient
 * mechanism: futex
 * bug: a slow holder is taken for a dead one
 * about: futex-lock-impatient [--rounds N] [--together]: as futex-lock, but it takes the lock from
 *	whoever has it for long
 * caught-as: wrong-exit wrong-output
 */
#define BUG_IMPATIENT
#include "futex/futex-lock.c"
