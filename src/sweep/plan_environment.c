/*
 * plan_environment.c - what those do to the program that started it: the
 * descriptors that it shares with them, its limits.
 */
#include "sweep/planner.h"

void plan_nonblock(struct planner *planner, const struct spot *spot)
{
	struct draft draft = draft_of(spot, FAULT_NONBLOCK, ACTION_NONBLOCK);

	draft.action.on = true;
	if (spot->place->can_be_nonblocking && spot->first)
		planner_add(planner, &draft);
}
