#include "cli/shard.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"

Test(cli_shard, reads_k_of_n)
{
	struct shard shard;

	cr_expect(eq(ptr, (void *)shard_parse("2/3", &shard), NULL));
	cr_expect(eq(sz, shard.index, 2));
	cr_expect(eq(sz, shard.count, 3));
}

Test(cli_shard, refuses_what_is_no_part)
{
	static const char *const bad[] = {"",	 "2",	  "0/3",  "4/3", "1/0",
					  "a/3", "1/3/4", "-1/3", "1/"};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct shard shard;

		cr_expect(ne(ptr, (void *)shard_parse(bad[i], &shard), NULL), "%s", bad[i]);
	}
}

static const char *const *environment; /* name, value, ..., NULL */

static const char *look_up(const char *name)
{
	for (size_t i = 0; environment[i]; i += 2)
		if (strcmp(environment[i], name) == 0)
			return environment[i + 1];
	return NULL;
}

/* clang-format off */
static const struct place {
	const char *variables[9];
	size_t index, count;	/* count 0: nothing is said; index 0: refused */
} places[] = {
	{ { NULL }, 0, 0 },
	{ { "SLURM_ARRAY_TASK_ID", "0", "SLURM_ARRAY_TASK_COUNT", "4", "SLURM_ARRAY_TASK_MIN", "0" }, 1, 4 },
	{ { "SLURM_ARRAY_TASK_ID", "4", "SLURM_ARRAY_TASK_COUNT", "4", "SLURM_ARRAY_TASK_MIN", "1" }, 4, 4 },
	{ { "SLURM_ARRAY_TASK_ID", "14", "SLURM_ARRAY_TASK_COUNT", "3", "SLURM_ARRAY_TASK_MIN", "10", "SLURM_ARRAY_TASK_STEP", "2" }, 3, 3 },
	{ { "SLURM_ARRAY_TASK_ID", "7", "SLURM_ARRAY_TASK_COUNT", "3", "SLURM_ARRAY_TASK_MIN", "1" }, 0, 3 },
	{ { "SLURM_ARRAY_TASK_ID", "x", "SLURM_ARRAY_TASK_COUNT", "3" }, 0, 3 },
	{ { "SLURM_ARRAY_TASK_ID", "3" }, 0, 0 },
	{ { "JOB_COMPLETION_INDEX", "0", "JOB_COMPLETIONS", "5" }, 1, 5 },
	{ { "JOB_COMPLETION_INDEX", "5", "JOB_COMPLETIONS", "5" }, 0, 5 },
	{ { "JOB_COMPLETION_INDEX", "2" }, 0, 0 },
	{ { "CI_NODE_INDEX", "1", "CI_NODE_TOTAL", "3" }, 1, 3 },
	{ { "CI_NODE_INDEX", "3", "CI_NODE_TOTAL", "3" }, 3, 3 },
	{ { "CI_NODE_INDEX", "0", "CI_NODE_TOTAL", "3" }, 0, 3 },
	{ { "CI_NODE_TOTAL", "1" }, 0, 0 },
	{ { "CI_NODE_INDEX", "1", "CI_NODE_TOTAL", "2", "SLURM_ARRAY_TASK_ID", "0", "SLURM_ARRAY_TASK_COUNT", "7" }, 1, 7 },
};
/* clang-format on */

Test(cli_shard, takes_what_the_scheduler_says)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const struct place *place = &places[i];
		struct err err = ERR_INIT;
		struct shard shard;
		int rc;

		environment = place->variables;
		rc = shard_from_environment(look_up, &shard, &err);
		cr_expect(eq(int, rc != 0, place->count && !place->index), "row %zu", i);
		if (rc) {
			cr_expect(ne(ptr, strstr(err.text, "--shard"), NULL), "row %zu", i);
			continue;
		}
		cr_expect(eq(sz, shard.index, place->index), "row %zu", i);
		cr_expect(eq(sz, shard.count, place->count), "row %zu", i);
		cr_expect(eq(int, shard.from != NULL, place->count != 0), "row %zu", i);
	}
}
