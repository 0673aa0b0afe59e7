#include "explore/campaign.h"

#include "base/rng.h"
#include "base/util.h"
#include "base/vocab.h"

/* clang-format off */
static const struct vocab_row strategy_words[] = {
	[CONTROL_RANDOM] = { "random", "anybody goes on, at each point", false },
	[CONTROL_PCT]    = { "pct",    "by priorities that change at few points", false },
	[CONTROL_POS]    = { "pos",    "each access has a priority of its own", false },
	[CONTROL_STARVE] = { "starve", "one process stands still for a while", false },
	[CONTROL_RF]     = { "rf",     "a load reads from a store that it seldom reads from", false },
	[CONTROL_REPLAY] = { "replay", "as a scenario of explore says", false },
};
/* clang-format on */
const struct vocab strategy_vocab = {"strategy", strategy_words, CONTROL_STRATEGY_MAX_};

/* No single one dominates (SCTBench); so they take turns. */
static const struct {
	enum control_strategy strategy;
	uint32_t depth;
} mix[] = {
	{CONTROL_RF, 3},  {CONTROL_POS, 0}, {CONTROL_PCT, 2},	 {CONTROL_RANDOM, 0},
	{CONTROL_POS, 0}, {CONTROL_PCT, 3}, {CONTROL_RF, 2},	 {CONTROL_POS, 0},
	{CONTROL_PCT, 4}, {CONTROL_POS, 0}, {CONTROL_RANDOM, 0}, {CONTROL_STARVE, 0},
};

void campaign_begin(struct campaign *campaign, uint64_t seed, int only)
{
	*campaign = (struct campaign){.seed = seed, .only = only};
}

void campaign_next(struct campaign *campaign, struct session_request *ret)
{
	uint64_t index = campaign->schedules;
	struct rng rng = rng_stream(campaign->seed, index);

	*ret = (struct session_request){.strategy = CONTROL_REPLAY, .seed = rng_next(&rng)};
	ret->length = campaign->length;
	if (index < CAMPAIGN_PLAIN)
		return;
	index -= CAMPAIGN_PLAIN;
	ret->strategy = mix[index % ARRAY_SIZE(mix)].strategy;
	ret->depth = mix[index % ARRAY_SIZE(mix)].depth;
	if (campaign->only < 0)
		return;
	ret->strategy = (enum control_strategy)campaign->only;
	ret->depth = 2 + (uint32_t)(index % 3);
}

void campaign_note(struct campaign *campaign, const struct session_request *request,
		   const struct session_outcome *outcome)
{
	const struct control *c = outcome->control;

	campaign->schedules++;
	campaign->points += c->step;
	campaign->switches += c->switched;
	if (c->step > campaign->length && c->end != CONTROL_TOO_LONG)
		campaign->length = c->step;
	if (c->flows_used > campaign->flows)
		campaign->flows = c->flows_used;
	if (request->strategy == CONTROL_PCT && request->depth <= CONTROL_CHANGES)
		campaign->pct[request->depth - 1]++;
}

static double power(double base, uint64_t exponent)
{
	double result = 1;

	for (; exponent; exponent >>= 1) {
		if (exponent & 1)
			result *= base;
		base *= base;
	}
	return result;
}

double campaign_miss_chance(const struct campaign *campaign, uint32_t depth)
{
	uint64_t runs = 0;
	double hit;

	if (!depth || depth > CONTROL_CHANGES || !campaign->flows || !campaign->length)
		return 1;
	for (uint32_t d = depth; d <= CONTROL_CHANGES; d++)
		runs += campaign->pct[d - 1];
	hit = 1 / ((double)campaign->flows * power((double)campaign->length, depth - 1));
	return power(1 - hit, runs);
}
