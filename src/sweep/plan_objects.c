/*
 * plan_objects.c - what becomes of the object: a buffer without room, a queue
 * that is removed, a mapped file that is cut, datagrams that a net loses.
 */
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "sweep/planner.h"
#include "sys/syscalls.h"

/*
 * What waits for room where the program alone could have taken it waits for
 * ever: only who does not wait can be told that there is none.
 */
static bool is_queue(enum fd_kind kind)
{
	return kind == FD_KIND_MQUEUE || kind == FD_KIND_MSG_SYSV;
}

/*
 * A queue at which somebody waits is never full, and room in a pipe soon comes:
 * not where who takes from it is slow.
 */
static void add_full(struct planner *planner, const struct spot *spot, const struct draft *draft)
{
	const struct call_site *peers[PEERS_TRIED];
	size_t count = spot->first ? spot_peers(planner, spot, true, peers) : 0;

	for (size_t i = 0; i < count; i++) {
		struct draft slow = *draft;

		draft_slow_peer_for(&slow, peers[i], SLOW_PEER_NS);
		planner_add(planner, &slow);
	}
	planner_add(planner, draft);
}

/* Alone, and where somebody who shares it has set O_NONBLOCK. */
void plan_full(struct planner *planner, const struct spot *spot)
{
	struct draft draft = draft_of(spot, FAULT_FULL, ACTION_FILL);

	if (!family_can_fill(spot->site->kind) || !sends(spot->site))
		return;
	draft.action.on = true;
	/* A queue may have others who fill it; who empties a pipe of one's own will come to it. */
	draft.demand = is_queue(spot->site->kind) ? DEMAND_SAME : DEMAND_WELL;
	if (spot_allows(spot, EAGAIN))
		add_full(planner, spot, &draft);
	draft.demand = DEMAND_SAME;
	if (!spot->place->can_be_nonblocking)
		return;
	draft.steps[0] =
		(struct draft_step){.name = "nonblock", .action = plain_action(ACTION_NONBLOCK)};
	draft.steps[0].action.on = true;
	draft.step_count = 1;
	add_full(planner, spot, &draft);
}

/* Who waits there is told (EIDRM); only System V has that. */
void plan_removal(struct planner *planner, const struct spot *spot)
{
	const struct syscall_row *row = syscall_get(syscall_from_name(spot->site->call));
	struct draft draft = draft_of(spot, FAULT_REMOVED, ACTION_REMOVE);

	if (!spot->first || !row || !(row->families & FAMILY_ANY_IPC) ||
	    (spot->site->kind != FD_KIND_MSG_SYSV && spot->site->kind != FD_KIND_SEM_SYSV))
		return;
	if (!(row->families & (FAMILY_SENDS | FAMILY_RECEIVES | FAMILY_LOCKS | FAMILY_WAITS)))
		return;
	draft.demand = DEMAND_END;
	draft.action.on = true;
	planner_add(planner, &draft);
}

/*
 * What the scenario hands out others have as well, and can cut; what is private
 * is left alone.  Hardly any program that maps a file survives SIGBUS, and those
 * who have it mostly trust each other: it must be asked for.
 */
void plan_cut(struct planner *planner, const struct spot *spot)
{
	const struct scenario *base = planner->options->base;
	struct draft draft = draft_of(spot, FAULT_CUT, ACTION_TRUNCATE);

	if (!planner->options->exhaustive || !spot->first || strcmp(spot->site->call, "mmap") != 0)
		return;
	draft.phase = PHASE_EXIT;
	draft.demand = DEMAND_END;
	for (size_t i = 0; i < base->channel_count; i++) {
		if (base->channels[i].kind != CHANNEL_FILE && base->channels[i].kind != CHANNEL_SHM)
			continue;
		draft.action.of_channel = (int)i;
		draft.victim = base->channels[i].name;
		planner_add(planner, &draft);
	}
}

static bool receives(const struct call_site *site)
{
	const struct syscall_row *row = syscall_get(syscall_from_name(site->call));

	return row && row->families & (FAMILY_READS | FAMILY_RECEIVES);
}

/*
 * UDP promises nothing: what is lost may be told as a failure, of the rest
 * nobody needs to hear.  One with a wrong checksum is lost only as it is received.
 */
void plan_datagrams(struct planner *planner, const struct spot *spot)
{
	static const struct {
		enum fault_family family;
		enum action_kind action;
		enum demand demand;
		bool (*fits)(const struct call_site *site);
	} rows[] = {
		{FAULT_LOST, ACTION_DROP, DEMAND_SAME, sends},
		{FAULT_LOST, ACTION_DROP, DEMAND_SAME, receives},
		{FAULT_TWICE, ACTION_DUPLICATE, DEMAND_WELL, sends},
		{FAULT_LATE, ACTION_REORDER, DEMAND_WELL, sends},
	};

	for (size_t i = 0; spot->site->kind == FD_KIND_UDP && i < ARRAY_SIZE(rows); i++) {
		struct draft draft = draft_of(spot, rows[i].family, rows[i].action);

		draft.action.on = true;
		draft.demand = rows[i].demand;
		if (rows[i].fits(spot->site))
			planner_add(planner, &draft);
	}
}

#define SMALL_BUFFER 4096

static bool has_size(enum fd_kind kind)
{
	switch (kind) {
	case FD_KIND_PIPE:
	case FD_KIND_FIFO:
	case FD_KIND_UNIX_STREAM:
	case FD_KIND_TCP:
	case FD_KIND_MSG_SYSV:
		return true;
	default:
		return false;
	}
}

static bool is_other_buffer(const struct call_site *a, const struct call_site *b)
{
	return has_size(b->kind) && b->part >= 0 && strcmp(a->call, b->call) == 0 &&
	       (a->part != b->part || a->child != b->child || a->process != b->process ||
		a->places[0].fd != b->places[0].fd);
}

/* Several sites can send into the same one. */
static bool has_step_for(const struct draft *draft, const struct call_site *site)
{
	for (size_t i = 0; i < draft->step_count; i++)
		if (!is_other_buffer(draft->steps[i].site, site))
			return true;
	return false;
}

/* All of them at once: who relies on one may rely on the other. */
void plan_small(struct planner *planner, const struct spot *spot)
{
	const struct record *record = planner->options->record;
	static const char *const names[DRAFT_STEPS_MAX] = {"small there, too", "and there",
							   "and there as well"};
	struct draft draft = draft_of(spot, FAULT_SMALL, ACTION_CAPACITY);

	if (!spot->first || !sends(spot->site) || !has_size(spot->site->kind))
		return;
	draft.demand = DEMAND_WELL;
	draft.action.bytes = SMALL_BUFFER;
	planner_add(planner, &draft);
	for (size_t i = 0; i < record->site_count && draft.step_count < DRAFT_STEPS_MAX; i++) {
		if (!is_other_buffer(spot->site, &record->sites[i]) ||
		    has_step_for(&draft, &record->sites[i]))
			continue;
		draft.steps[draft.step_count] = (struct draft_step){.name = names[draft.step_count],
								    .moment = STEP_AT_SITE,
								    .site = &record->sites[i],
								    .action = draft.action};
		draft.step_count++;
	}
	if (draft.step_count)
		planner_add(planner, &draft);
}
