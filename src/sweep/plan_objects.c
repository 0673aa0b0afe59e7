/*
 * plan_objects.c - what becomes of the object: a buffer without room, a queue
 * that is removed, a mapped file that is cut, datagrams that a net loses.
 */
#include <errno.h>

#include "base/util.h"
#include "sweep/planner.h"
#include "sys/syscalls.h"

static bool sends(const struct call_site *site)
{
	const struct syscall_row *row = syscall_get(syscall_from_name(site->call));

	return row && row->families & (FAMILY_WRITES | FAMILY_SENDS);
}

/* Others fill what has a name in the system; a pipe is full of what the program itself sends. */
static bool others_fill(const struct spot *spot)
{
	return spot->site->kind == FD_KIND_EVENTFD || spot->site->kind == FD_KIND_MQUEUE ||
	       spot->site->kind == FD_KIND_MSG_SYSV || spot_allows(spot, EAGAIN);
}

/* Alone, and where somebody who shares it has set O_NONBLOCK. */
void plan_full(struct planner *planner, const struct spot *spot)
{
	struct draft draft = draft_of(spot, FAULT_FULL, ACTION_FILL);

	if (!family_can_fill(spot->site->kind) || !sends(spot->site))
		return;
	draft.action.on = true;
	if (others_fill(spot))
		planner_add(planner, &draft);
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

/* Another process that has it can cut it at any time; what is private to one is left alone. */
void plan_cut(struct planner *planner, const struct spot *spot)
{
	(void)planner;
	(void)spot;
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
