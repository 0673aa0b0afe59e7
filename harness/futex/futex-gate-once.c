/*
 * name: futex-gate-once
 * mechanism: futex
 * bug: woken is taken for open
 * about: futex-gate-once [--self]: as futex-gate, but it does not look again when it wakes: a
 *	signal or a spurious wake-up lets it through
 * caught-as: wrong-exit
 */
#define BUG_ONCE
#include "futex/futex-gate.c"
