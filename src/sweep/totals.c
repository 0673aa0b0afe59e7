#include "sweep/totals.h"

#include <errno.h>
#include <time.h>

#include "base/util.h"
#include "sweep/site.h"

static uint64_t elapsed(const struct sweep *sweep)
{
	struct timespec now;

	if (!sweep->started_ns)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec - sweep->started_ns;
}

void sweep_totals_count(const struct sweep *sweep, const struct sweep_totals *before,
			struct sweep_totals *totals)
{
	totals->sites = before->sites + sweep->sites;
	totals->planned = before->planned + sweep_planned(sweep);
	totals->places = before->places + sweep_places(sweep);
	totals->survived = before->survived + sweep->states[ATTEMPT_SURVIVED];
	totals->not_possible = before->not_possible + sweep->states[ATTEMPT_NOT_POSSIBLE];
	totals->left_out = before->left_out + sweep->states[ATTEMPT_LEFT_OUT];
	totals->waiting = before->waiting + sweep->states[ATTEMPT_WAITS];
	totals->failed = before->failed + sweep->states[ATTEMPT_ERROR];
	totals->runs = before->runs + sweep->runs;
	totals->bugs = before->bugs + sweep->bugs.count;
	totals->remembered = before->remembered + sweep->remembered;
	totals->elapsed_ns = before->elapsed_ns + elapsed(sweep);
	totals->score = sweep_share_score(totals->places, totals->survived);
}

static enum mechanism mechanism_of(const struct sweep *sweep, const struct attempt *attempt)
{
	return attempt->written ? attempt->scenario.mechanism
				: site_mechanism(&sweep->record.sites[attempt->site]);
}

static const char *file_of(const struct sweep *sweep, const struct attempt *attempt)
{
	return attempt->written ? attempt->scenario.file
				: site_file(&sweep->record.sites[attempt->site]);
}

int sweep_totals_share(const struct sweep *sweep, struct sweep_totals *totals)
{
	int rc = 0;

	for (size_t i = 0; i < sweep->plan.count && !rc; i++) {
		const struct attempt *attempt = sweep->plan.attempts[i];
		bool survived = attempt->state == ATTEMPT_SURVIVED;

		if (!survived && attempt->state != ATTEMPT_FOUND)
			continue;
		rc = sweep_shares_add(&totals->mechanisms,
				      vocab_name(&mechanism_vocab,
						 (int)mechanism_of(sweep, attempt)),
				      1, survived);
		if (!rc)
			rc = sweep_shares_add(&totals->files, file_of(sweep, attempt), 1,
					      survived);
	}
	return rc;
}
