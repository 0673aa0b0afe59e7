#include "cli/recorded.h"

#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "cli/options.h"
#include "cli/select.h"
#include "model/scenario.h"
#include "run/explored.h"

struct recorded {
	struct recorded_case {
		struct explore_options options;
		struct trail trail;
	} * *cases;
	size_t count;
};

static int add_case(struct recorded *recorded, const struct scenario *scenario, struct run_case *c,
		    struct err *err)
{
	struct recorded_case **slot = mem_append(&recorded->cases, &recorded->count, sizeof(*slot));

	if (slot)
		*slot = mem_zalloc(sizeof(**slot));
	if (!slot || !*slot)
		return err_errno(err, -ENOMEM, "choosing the cases");
	if (!trail_parse(scenario->schedule.turns, &(*slot)->trail))
		return err_set(err, -EINVAL, "%s:%d:%d: error: `%s` is no schedule", scenario->file,
			       scenario->schedule.pos.line, scenario->schedule.pos.col,
			       scenario->schedule.turns);
	(*slot)->options = (struct explore_options){
		.schedules = 1, .strategy = -1, .trail = &(*slot)->trail, .is_recorded = true,
		.is_unmodified = (*slot)->trail.is_unmodified};
	c->explore = &(*slot)->options;
	return 0;
}

/* What a run by turns has no use for. */
static int check_options(const struct run_options *options, const struct scenario *scenario,
			 struct err *err)
{
	const char *word = options->keep ? "--keep" : options->timeout_ns ? "--timeout" : NULL;

	return word ? err_set(err, -EINVAL, "%s: %s means nothing where a `schedule` is taken",
			      scenario->file, word)
		    : 0;
}

int recorded_attach(struct selection *selection, const struct run_options *options,
		    struct recorded **ret_recorded, struct err *err)
{
	struct recorded *recorded = mem_zalloc(sizeof(*recorded));
	int rc = recorded ? 0 : err_errno(err, -ENOMEM, "choosing the cases");

	for (size_t i = 0; !rc && i < selection->count; i++) {
		struct run_case *c = &selection->cases[i];

		if (c->explore || !c->scenario->schedule.turns)
			continue;
		rc = check_options(options, c->scenario, err);
		rc = rc ? rc : add_case(recorded, c->scenario, c, err);
	}
	if (rc)
		recorded_free(recorded);
	else
		*ret_recorded = recorded;
	return rc;
}

void recorded_free(struct recorded *recorded)
{
	if (!recorded)
		return;
	for (size_t i = 0; i < recorded->count; i++)
		free(recorded->cases[i]);
	free(recorded->cases);
	free(recorded);
}
