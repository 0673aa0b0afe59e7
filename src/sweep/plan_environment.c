/*
 * plan_environment.c - what those do to the program that started it: the
 * descriptors that it shares with them, its limits.
 */
#include "base/util.h"
#include "sweep/planner.h"

#define PAUSE_NS (50 * NS_PER_MS) /* so that there is nothing to read for a while */

void plan_nonblock(struct planner *planner, const struct spot *spot)
{
	struct draft draft = draft_of(spot, FAULT_NONBLOCK, ACTION_NONBLOCK);

	const struct call_site *peers[PEERS_TRIED];
	size_t count = spot_peers(planner, spot, true, peers);

	draft.action.on = true;
	if (!spot->place->can_be_nonblocking || !spot->first)
		return;
	planner_add(planner, &draft);
	for (size_t i = 0; i < count; i++) {
		struct draft slow = draft;

		draft_slow_peer_for(&slow, peers[i], PAUSE_NS);
		planner_add(planner, &slow);
	}
}
