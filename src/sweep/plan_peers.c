/*
 * plan_peers.c - what becomes of the others: each process dies at each of its
 * communications, and at each of the others'.
 */
#include <signal.h>
#include <string.h>

#include "base/util.h"
#include "sweep/planner.h"
#include "sys/syscalls.h"

#define SLOW_HOLDER_NS (100 * NS_PER_MS)
#define HOLDERS_TRIED  2 /* children without a call of their own */

bool is_socket_kind(enum fd_kind kind)
{
	return kind == FD_KIND_UNIX_STREAM || kind == FD_KIND_UNIX_DGRAM ||
	       kind == FD_KIND_UNIX_SEQPACKET || kind == FD_KIND_TCP || kind == FD_KIND_UDP;
}

bool sends(const struct call_site *site)
{
	return call_is_of(site->call, FAMILY_WRITES | FAMILY_SENDS);
}

bool is_communication(const struct call_site *site)
{
	switch (site->kind) {
	case FD_KIND_NONE:
	case FD_KIND_DEVICE:
	case FD_KIND_TTY:
	case FD_KIND_DIRECTORY:
	case FD_KIND_OTHER:
		return false;
	case FD_KIND_FILE:
		return call_is_of(site->call, FAMILY_LOCKS);
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
static bool is_new_peer(const struct record *record, const struct call_site *of, size_t index,
			bool talking)
{
	const struct call_site *site = &record->sites[index];

	if (site->part < 0 || is_same_process(site, of) || (talking && !is_communication(site)))
		return false;
	for (size_t i = 0; i < index; i++)
		if (is_same_process(site, &record->sites[i]) &&
		    (!talking || is_communication(&record->sites[i])))
			return false;
	return true;
}

size_t spot_peers(const struct planner *planner, const struct spot *spot, bool talking,
		  const struct call_site *peers[PEERS_TRIED])
{
	const struct record *record = planner->options->record;
	size_t count = 0;

	for (size_t i = 0; i < record->site_count && count < PEERS_TRIED; i++)
		if (is_new_peer(record, spot->site, i, talking))
			peers[count++] = &record->sites[i];
	return count;
}

/* Closing its descriptors under it would be none of the kernel's doing: it dies. */
static void plan_peer_kills(struct planner *planner, const struct spot *spot)
{
	const struct call_site *peers[PEERS_TRIED];
	size_t count = spot_peers(planner, spot, true, peers);

	for (size_t i = 0; i < count; i++) {
		struct draft draft = draft_of(spot, FAULT_PEER_KILLED, ACTION_KILL);

		draft.demand = DEMAND_END;
		draft.action.signal = SIGKILL;
		draft.action.of_process = selector_of(peers[i]);
		draft.victim = peers[i]->label;
		planner_add(planner, &draft);
	}
}

/* At the first of its calls the other may be there already, as both start together. */
static bool is_early(const struct spot *spot, const struct call_site *peer)
{
	return spot->place->nth == 1 && peer->part == SELECT_MAIN;
}

/* What stays when its maker dies, under a name that others come to. */
static bool has_a_name(const struct call_site *site)
{
	return site->kind == FD_KIND_MQUEUE || site->kind == FD_KIND_MSG_SYSV ||
	       site->kind == FD_KIND_SEM_SYSV ||
	       (site->kind == FD_KIND_FILE && call_is_of(site->call, FAMILY_LOCKS));
}

/* It dies before a program that starts with it has come to the same object. */
static void plan_kill_before_others(struct planner *planner, const struct spot *spot,
				    const struct draft *draft)
{
	const struct call_site *peers[PEERS_TRIED];
	size_t count = spot_peers(planner, spot, true, peers);

	for (size_t i = 0; spot->first && has_a_name(spot->site) && i < count; i++) {
		struct draft early = *draft;

		if (!is_early(spot, peers[i]))
			continue;
		draft_slow_peer(&early, peers[i]);
		planner_add(planner, &early);
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
	plan_kill_before_others(planner, spot, &draft);
	planner_add(planner, &draft);
	draft.phase = PHASE_EXIT;
	planner_add(planner, &draft);
	plan_peer_kills(planner, spot);
}

void draft_slow_peer_for(struct draft *draft, const struct call_site *peer, uint64_t ns)
{
	struct draft_step *stop = &draft->steps[draft->step_count++];

	*stop = (struct draft_step){.name = "slow peer", .action = plain_action(ACTION_STOP)};
	stop->moment = is_early(draft->spot, peer) ? STEP_AT_START : STEP_AT_CALL;
	stop->action.time_ns = ns;
	stop->action.of_process = selector_of(peer);
	draft->slow = peer->label;
	draft->how = "is slow";
}

static void draft_it_goes_on(struct draft *draft, const struct call_site *peer)
{
	struct draft_step *go_on = &draft->steps[draft->step_count++];

	*go_on = (struct draft_step){
		.name = "it goes on", .moment = STEP_AFTER, .action = plain_action(ACTION_SIGNAL)};
	go_on->action.signal = SIGCONT;
	go_on->action.of_process = selector_of(peer);
}

/* Where nothing sleeps it goes on by itself. */
void draft_slow_peer(struct draft *draft, const struct call_site *peer)
{
	draft_slow_peer_for(draft, peer, SLOW_PEER_NS);
	draft_it_goes_on(draft, peer);
}

/* It goes on by itself: at the time of the fault it may not have come there. */
void draft_slow_at(struct draft *draft, const struct call_site *site, const char *how)
{
	struct draft_step *stop;

	draft_slow_peer_for(draft, site, SLOW_PEER_NS);
	stop = &draft->steps[draft->step_count - 1];
	stop->moment = STEP_AT_OTHER;
	stop->site = site;
	draft->how = how;
}

static bool has_sites(const struct planner *planner, const struct call_site *parent, unsigned child)
{
	const struct record *record = planner->options->record;

	for (size_t i = 0; i < record->site_count; i++)
		if (record->sites[i].process == parent->process &&
		    record->sites[i].part == SELECT_CHILD &&
		    (unsigned)record->sites[i].child == child)
			return true;
	return false;
}

static bool is_first_of_process(const struct planner *planner, const struct spot *spot)
{
	for (size_t i = 0; i < spot->index; i++)
		if (is_same_process(&planner->options->record->sites[i], spot->site))
			return false;
	return spot->first;
}

static void plan_holder(struct planner *planner, const struct spot *spot, unsigned child)
{
	struct draft draft = draft_of(spot, FAULT_HOLDER_KILLED, ACTION_KILL);

	draft.trigger = TRIGGER_LOCK;
	draft.child = child;
	draft.demand = DEMAND_END;
	draft.action.signal = SIGKILL;
	planner_add(planner, &draft);
	/* Of programs that start together it may decide who is the first. */
	if (planner->options->base->process_count > 1)
		return;
	draft.family = FAULT_HOLDER_SLOW;
	draft.demand = DEMAND_WELL;
	draft.action = plain_action(ACTION_DELAY);
	draft.action.time_ns = SLOW_HOLDER_NS;
	planner_add(planner, &draft);
}

/*
 * A lock is taken without a call, mostly: its moments are none of the record,
 * and a child that does nothing else has no site of its own.
 */
void plan_holders(struct planner *planner, const struct spot *spot)
{
	if (planner->options->record->processes < 2 || !is_first_of_process(planner, spot))
		return;
	plan_holder(planner, spot, 0);
	if (spot->site->part != SELECT_MAIN)
		return;
	for (unsigned child = 1; child <= HOLDERS_TRIED; child++)
		if (!has_sites(planner, spot->site, child))
			plan_holder(planner, spot, child);
}

/* As when the other end's process dies with something unread, or its machine restarts. */
void plan_resets(struct planner *planner, const struct spot *spot)
{
	struct draft draft = draft_of(spot, FAULT_RESET, ACTION_RESET);
	const struct syscall_row *row = syscall_get(syscall_from_name(spot->site->call));

	if ((spot->site->kind != FD_KIND_TCP && spot->site->kind != FD_KIND_UNIX_STREAM) || !row ||
	    row->transfer == TRANSFER_NONE)
		return;
	draft.demand = DEMAND_END;
	draft.action.on = true;
	planner_add(planner, &draft);
}
