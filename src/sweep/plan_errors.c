/*
 * plan_errors.c - what the kernel answers: an error, or fewer bytes than
 * were asked for; once, and from then on.
 */
#include <errno.h>
#include <limits.h>

#include "sweep/planner.h"
#include "sys/kernel_model.h"
#include "sys/syscalls.h"

#define ERRORS_MAX 64

bool spot_allows(const struct spot *spot, int error)
{
	struct kernel_error errors[ERRORS_MAX];
	size_t count = kernel_errors_of(syscall_from_name(spot->site->call), errors, ERRORS_MAX);

	for (size_t i = 0; i < count && i < ERRORS_MAX; i++)
		if (errors[i].err == error && spot->place->errors >> i & 1)
			return true;
	return false;
}

/* Without it the run would not go on: who waits for it is the scenario, not a program. */
static bool is_awaited(const struct planner *planner, const struct spot *spot)
{
	const struct scenario *base = planner->options->base;

	for (size_t i = 0; spot->place->is_stdout && i < base->process_count; i++)
		if (base->processes[i].start.of == spot->site->process)
			return true;
	return false;
}

/*
 * Who takes all that there is and then asks to be told of the next message
 * (mq_notify(3)) would never be told of one that was there and was not given.
 */
static bool is_there_already(const struct call_site *site, int error)
{
	return error == EAGAIN && site->kind == FD_KIND_MQUEUE &&
	       call_is_of(site->call, FAMILY_RECEIVES);
}

/* One error of each family is enough, unless every one is wanted. */
static void plan_each_error(struct planner *planner, const struct spot *spot, bool lasts)
{
	const struct call_site *site = spot->site;
	struct kernel_error errors[ERRORS_MAX];
	size_t count = kernel_errors_of(syscall_from_name(site->call), errors, ERRORS_MAX);
	unsigned had = 0;

	for (size_t i = 0; i < count && i < ERRORS_MAX && !is_awaited(planner, spot); i++) {
		enum fault_family family = family_of_error(site->call, site->kind, errors[i].err);
		struct draft draft;

		if (!(spot->place->errors >> i & 1) || family == FAULT_FAMILY_MAX_ ||
		    is_there_already(site, errors[i].err) ||
		    (lasts && !family_lasts(family, site->call)) ||
		    (had >> family & 1 && !planner->options->exhaustive))
			continue;
		had |= 1u << family;
		draft = draft_of(spot, family, errors[i].after ? ACTION_ERRNO_AFTER : ACTION_ERRNO);
		draft.action.error = errors[i].err;
		/* Of that connection only: the next one is none the worse, see accept(2). */
		if (errors[i].err == ECONNABORTED)
			draft.demand = DEMAND_WELL;
		draft.lasts = lasts;
		planner_add_once_or_lasting(planner, &draft);
	}
}

/*
 * A send on a socket that waits for room is cut by a signal only, and a Unix
 * socket takes what fits into one buffer of the kernel's as a whole.
 */
static bool is_whole_send(const struct spot *spot)
{
	const struct syscall_row *row = syscall_get(syscall_from_name(spot->site->call));

	if (!row || !(row->families & (FAMILY_WRITES | FAMILY_SENDS)) ||
	    !is_socket_kind(spot->site->kind))
		return false;
	return !spot_allows(spot, EAGAIN) ||
	       (spot->site->kind == FD_KIND_UNIX_STREAM && spot->place->length <= PIPE_BUF);
}

static void plan_one_byte(struct planner *planner, const struct spot *spot, bool lasts)
{
	struct draft draft = draft_of(spot, FAULT_SHORT, ACTION_SHORT);

	draft.action.cut = SHORT_BYTES;
	draft.action.bytes = 1;
	draft.demand = DEMAND_WELL;
	draft.lasts = lasts;
	if (spot->place->can_be_short && !is_whole_send(spot))
		planner_add_once_or_lasting(planner, &draft);
}

void plan_errors(struct planner *planner, const struct spot *spot)
{
	plan_each_error(planner, spot, false);
}

void plan_short(struct planner *planner, const struct spot *spot)
{
	plan_one_byte(planner, spot, false);
}

void plan_lasting_errors(struct planner *planner, const struct spot *spot)
{
	plan_each_error(planner, spot, true);
}

void plan_lasting_short(struct planner *planner, const struct spot *spot)
{
	plan_one_byte(planner, spot, true);
}
