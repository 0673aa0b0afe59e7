/*
 * call.h - for those who send a call back to its start.
 */
#ifndef ENGINE_CALL_H
#define ENGINE_CALL_H

#include "engine/tracee.h"

/* The next entry of the same call in @t is @call again: reported with call.resumed set. */
void call_expect_again(struct tracee *t, const struct call_view *call);

#endif
