/*
 * plan_objects.c - what becomes of the object: a buffer without room, a queue
 * that is removed, a mapped file that is cut, datagrams that a net loses.
 */
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "sweep/planner.h"
#include "sys/syscalls.h"

static bool sends(const struct call_site *site)
{
	const struct syscall_row *row = syscall_get(syscall_from_name(site->call));

	return row && row->families & (FAMILY_WRITES | FAMILY_SENDS);
}

/*
 * What waits for room where the program alone could have taken it waits for
 * ever: only who does not wait can be told that there is none.  Of an eventfd
 * the reader takes all at once.
 */
static bool can_be_told(const struct spot *spot)
{
	return spot->site->kind == FD_KIND_EVENTFD || spot_allows(spot, EAGAIN);
}

static bool is_queue(enum fd_kind kind)
{
	return kind == FD_KIND_MQUEUE || kind == FD_KIND_MSG_SYSV;
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
	if (can_be_told(spot))
		planner_add(planner, &draft);
	draft.demand = DEMAND_SAME;
	if (!spot->place->can_be_nonblocking)
		return;
	draft.steps[0] =
		(struct draft_step){.name = "nonblock", .action = plain_action(ACTION_NONBLOCK)};
	draft.steps[0].action.on = true;
	draft.step_count = 1;
	planner_add(planner, &draft);
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

/* UDP promises nothing. */
void plan_datagrams(struct planner *planner, const struct spot *spot)
{
	static const struct {
		enum fault_family family;
		enum action_kind action;
	} rows[] = {
		{FAULT_LOST, ACTION_DROP},
		{FAULT_TWICE, ACTION_DUPLICATE},
		{FAULT_LATE, ACTION_REORDER},
	};

	if (spot->site->kind != FD_KIND_UDP || !sends(spot->site))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct draft draft = draft_of(spot, rows[i].family, rows[i].action);

		draft.action.on = true;
		planner_add(planner, &draft);
	}
}
