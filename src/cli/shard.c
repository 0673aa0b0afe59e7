#include "cli/shard.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "scenario/values.h"

#define SHARDS_MAX 1000000

static bool parse_number(const char *text, size_t min, size_t *ret)
{
	uint64_t number;

	if (!text || parse_unsigned(text, min, UINT64_MAX, &number) || number > SHARDS_MAX)
		return false;
	*ret = (size_t)number;
	return true;
}

const char *shard_parse(const char *text, struct shard *ret_shard)
{
	const char *slash = strchr(text, '/');
	cleanup_free char *first = slash ? mem_strndup(text, (size_t)(slash - text)) : NULL;
	struct shard shard = {.from = NULL};

	if (!first || !parse_number(first, 1, &shard.index) ||
	    !parse_number(slash + 1, 1, &shard.count) || shard.index > shard.count)
		return "K/N with K from 1 to N, such as 2/3";
	*ret_shard = shard;
	return NULL;
}

/* clang-format off */
static const struct scheduler {
	const char *index, *count;
	const char *first; /* variable of the first index; NULL: it is @base */
	const char *step;  /* variable of what lies between two; NULL: 1 */
	size_t base;
} schedulers[] = {
	{ "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP", 0 },
	{ "JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", NULL, NULL, 0 },
	{ "CI_NODE_INDEX", "CI_NODE_TOTAL", NULL, NULL, 1 },
};
/* clang-format on */

static size_t number_of(const char *(*get)(const char *name), const char *name, size_t otherwise)
{
	size_t number = otherwise;

	if (name && get(name))
		parse_number(get(name), 0, &number);
	return number;
}

static int read_scheduler(const struct scheduler *s, const char *(*get)(const char *name),
			  struct shard *ret_shard, struct err *err)
{
	size_t first = number_of(get, s->first, s->base), step = number_of(get, s->step, 1);
	size_t id = 0, count = 0, past;

	if (!parse_number(get(s->index), 0, &id) || !parse_number(get(s->count), 1, &count))
		return err_set(err, -EINVAL,
			       "%s is %s and %s is %s: no part of the work; say which by "
			       "--shard K/N, or --shard 1/1 for all of it",
			       s->index, get(s->index), s->count, get(s->count));
	step = step ? step : 1;
	past = id >= first ? id - first : SIZE_MAX;
	if (past == SIZE_MAX || past % step || past / step >= count)
		return err_set(err, -EINVAL,
			       "%s is %zu, which is none of %zu from %zu on in steps of %zu; say "
			       "which part of the work by --shard K/N",
			       s->index, id, count, first, step);
	*ret_shard = (struct shard){past / step + 1, count, s->index};
	return 0;
}

int shard_from_environment(const char *(*get)(const char *name), struct shard *ret_shard,
			   struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(schedulers); i++)
		if (get(schedulers[i].index) && get(schedulers[i].count))
			return read_scheduler(&schedulers[i], get, ret_shard, err);
	*ret_shard = (struct shard){.from = NULL};
	return 0;
}
