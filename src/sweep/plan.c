#include "sweep/plan.h"

#include <stdlib.h>

#include "base/rng.h"
#include "base/util.h"
#include "sweep/planner.h"

#define STDERR_NUMBER 2

/* At each place in this order. */
static void (*const planners[])(struct planner *planner, const struct spot *spot) = {
	plan_errors,   plan_short,   plan_lasting_errors, plan_lasting_short, plan_pulse,
	plan_nonblock, plan_full,    plan_small,	  plan_signals,	      plan_datagrams,
	plan_kills,    plan_holders, plan_resets,	  plan_removal,	      plan_cut,
};

size_t sweep_plan_pick(size_t places, uint64_t seed, size_t site, size_t picks[PICKS_MAX])
{
	struct rng rng = rng_stream(seed, site);
	size_t count = 0;

	if (places)
		picks[count++] = 0;
	if (places > 2)
		picks[count++] = 1 + (size_t)(rng_next(&rng) % (places - 2));
	if (places > 1)
		picks[count++] = places - 1;
	return count;
}

static void plan_spot(struct planner *planner, const struct spot *spot)
{
	/* With faults there nobody could be told anything. */
	if (spot->place->fd == STDERR_NUMBER || spot->place->is_stderr)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(planners); i++)
		planners[i](planner, spot);
}

static void plan_round(struct planner *planner, size_t round)
{
	const struct record *record = planner->options->record;

	for (size_t i = 0; !planner->rc && i < record->site_count; i++) {
		const struct call_site *site = &record->sites[i];
		size_t picks[PICKS_MAX], index = round;

		if (site->part < 0)
			continue;
		if (!planner->options->exhaustive) {
			if (round >=
			    sweep_plan_pick(site->place_count, planner->options->seed, i, picks))
				continue;
			index = picks[round];
		}
		if (index < site->place_count)
			plan_spot(planner,
				  &(struct spot){i, site, &site->places[index], index == 0});
	}
}

static size_t most_places(const struct record *record)
{
	size_t most = 0;

	for (size_t i = 0; i < record->site_count; i++)
		most = record->sites[i].place_count > most ? record->sites[i].place_count : most;
	return most;
}

/* In rounds: the first of each site, then another of each: what a budget cuts off is the rest. */
int sweep_plan_make(const struct plan_options *options, struct plan *ret_plan)
{
	struct plan plan = {0};
	struct planner planner = {options, &plan, 0};
	size_t rounds = options->exhaustive ? most_places(options->record) : PICKS_MAX;

	for (size_t i = 0; i < options->record->site_count; i++)
		plan.unreachable += options->record->sites[i].part < 0;
	for (size_t round = 0; !planner.rc && round < rounds; round++)
		plan_round(&planner, round);
	if (planner.rc) {
		sweep_plan_release(&plan);
		return planner.rc;
	}
	*ret_plan = plan;
	return 0;
}

void sweep_plan_release(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		attempt_free(plan->attempts[i]);
	free(plan->attempts);
	*plan = (struct plan){.attempts = NULL};
}
