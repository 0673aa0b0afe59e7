/*
 * name: futex-gate-late
 * mechanism: futex
 * bug: the expected value is read too late
 * about: futex-gate-late [--self]: as futex-gate, but it asks for the futex's value after it has
 *	looked at the gate: what comes in between is lost
 * caught-as: deadlock
 */
#define BUG_LATE
#include "futex/futex-gate.c"
