/*
 * plan_peers.c - what becomes of the others: each process dies at each of its
 * communications, and at each of the others'.
 */
#include <signal.h>
#include <string.h>

#include "sweep/planner.h"
#include "sys/syscalls.h"

bool is_socket_kind(enum fd_kind kind)
{
	return kind == FD_KIND_UNIX_STREAM || kind == FD_KIND_UNIX_DGRAM ||
	       kind == FD_KIND_UNIX_SEQPACKET || kind == FD_KIND_TCP || kind == FD_KIND_UDP;
}

bool is_communication(const struct call_site *site)
{
	const struct syscall_row *row = syscall_get(syscall_from_name(site->call));

	switch (site->kind) {
	case FD_KIND_NONE:
	case FD_KIND_DEVICE:
	case FD_KIND_TTY:
	case FD_KIND_DIRECTORY:
	case FD_KIND_OTHER:
		return false;
	case FD_KIND_FILE:
		return row && row->families & FAMILY_LOCKS;
	default:
		return true;
	}
}

struct selector selector_of(const struct call_site *site)
{
	return (struct selector){site->process, (enum selector_part)site->part,
				 (unsigned)site->child};
}

static bool is_same_process(const struct call_site *a, const struct call_site *b)
{
	return a->process == b->process && a->part == b->part && a->child == b->child;
}

/* Whether the process of @record->sites[index] is another one, named by no site before. */
static bool is_new_peer(const struct record *record, const struct call_site *of, size_t index)
{
	const struct call_site *site = &record->sites[index];

	if (site->part < 0 || is_same_process(site, of) || !is_communication(site))
		return false;
	for (size_t i = 0; i < index; i++)
		if (is_same_process(site, &record->sites[i]) && is_communication(&record->sites[i]))
			return false;
	return true;
}

size_t spot_peers(const struct planner *planner, const struct spot *spot,
		  const struct call_site *peers[PEERS_TRIED])
{
	const struct record *record = planner->options->record;
	size_t count = 0;

	for (size_t i = 0; i < record->site_count && count < PEERS_TRIED; i++)
		if (is_new_peer(record, spot->site, i))
			peers[count++] = &record->sites[i];
	return count;
}

/* Closing its descriptors under it would be none of the kernel's doing: it dies. */
static void plan_peer_kills(struct planner *planner, const struct spot *spot)
{
	const struct call_site *peers[PEERS_TRIED];
	size_t count = spot_peers(planner, spot, peers);

	for (size_t i = 0; i < count; i++) {
		struct draft draft = draft_of(spot, FAULT_PEER_KILLED, ACTION_KILL);

		draft.demand = DEMAND_END;
		draft.action.signal = SIGKILL;
		draft.action.of_process = selector_of(peers[i]);
		draft.victim = peers[i]->label;
		planner_add(planner, &draft);
	}
}

void plan_kills(struct planner *planner, const struct spot *spot)
{
	struct draft draft = draft_of(spot, FAULT_KILLED, ACTION_KILL);

	if (planner->options->record->processes < 2 || !is_communication(spot->site))
		return;
	/* Its parent is told of the death of a child; others see no more than an end of input. */
	draft.demand = spot->site->part == SELECT_CHILD ? DEMAND_SAME : DEMAND_END;
	draft.action.signal = SIGKILL;
	planner_add(planner, &draft);
	draft.phase = PHASE_EXIT;
	planner_add(planner, &draft);
	plan_peer_kills(planner, spot);
}
