/*
 * family.h - which errors are worth an attempt, and which are one kind of
 * trouble to a program.
 *
 * The kernel model says what Linux can do at a call; of that a sweep tries
 * what comes from outside (a full disk, no descriptors left, a refused
 * permission) and leaves out what only says that an argument is wrong.
 */
#ifndef SWEEP_FAMILY_H
#define SWEEP_FAMILY_H

#include <stdbool.h>

#include "model/words.h"

enum fault_family {
	FAULT_INTERRUPTED,
	FAULT_TRY_AGAIN,
	FAULT_NO_SPACE,
	FAULT_IO,
	FAULT_RESOURCES,
	FAULT_DENIED,
	FAULT_MISSING,
	FAULT_NETWORK,
	FAULT_TIMEOUT,
	FAULT_SHORT,
	FAULT_SIGNAL,
	FAULT_STORM,
	FAULT_PULSE,
	FAULT_FULL,
	FAULT_SMALL,
	FAULT_NONBLOCK,
	FAULT_RESET,
	FAULT_REMOVED,
	FAULT_CUT,
	FAULT_LOST,
	FAULT_TWICE,
	FAULT_LATE,
	FAULT_KILLED,
	FAULT_PEER_KILLED,
	FAULT_HOLDER_KILLED,
	FAULT_HOLDER_SLOW,
	FAULT_WRITTEN,
	FAULT_FAMILY_MAX_
};
extern const struct vocab fault_family_vocab;

/* FAULT_FAMILY_MAX_: such an error is not tried at that call on such an object. */
enum fault_family family_of_error(const char *call, enum fd_kind kind, int error);

/* Whether such an object can be without room, so that `fill` is true of it. */
bool family_can_fill(enum fd_kind kind);

/* Whether the call of that name is in one of these families of sys/syscalls.h: FAMILY_SENDS, ... */
bool call_is_of(const char *call, unsigned any_of);

/* Whether such trouble can go on from then on at @call: an interruption does not. */
bool family_lasts(enum fault_family family, const char *call);

#endif
