#include "cli/gate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "cli/command.h"
#include "cli/style.h"
#include "report/output.h"
#include "scenario/baseline_file.h"

/* A baseline that is to be written may not be there yet. */
static int read_baseline(struct gate *gate, struct problems *problems, struct err *err)
{
	const char *path = gate->request->baseline;
	int rc = baseline_file_read(path, &gate->baseline, problems, err);

	if (rc == -ENOENT && gate->request->update_baseline) {
		gate->baseline.file = mem_strdup(path);
		rc = gate->baseline.file ? 0 : err_errno(err, -ENOMEM, "%s", path);
	}
	return rc;
}

int gate_open(struct gate *gate, const struct cli_env *env, const struct sweep_request *request)
{
	struct problems problems = {.file = NULL};
	struct err err = ERR_INIT;
	size_t count;
	int rc;

	*gate = (struct gate){.env = env, .request = request};
	if (!request->baseline)
		return EXIT_PASSED;
	rc = read_baseline(gate, &problems, &err);
	if (rc) {
		err_wrap(&err, rc, "--baseline");
		return command_error(env, err.text, rc == -ENOMEM ? EXIT_INCONCLUSIVE : EXIT_USAGE);
	}
	count = problems.count;
	if (count)
		problems_print(&problems,
			       style_has_color(env, env->err_is_terminal, request->run.color),
			       env->err);
	problems_release(&problems);
	if (count)
		return EXIT_USAGE;
	gate->states = mem_zalloc((gate->baseline.count + 1) * sizeof(*gate->states));
	return gate->states ? EXIT_PASSED : command_error(env, "out of memory", EXIT_INCONCLUSIVE);
}

static char *judgement_of(const struct known *known)
{
	const char *word = !known->judged   ? "not judged yet"
			   : known->genuine ? "genuine"
					    : "not genuine";

	return mem_printf("known, %s%s%s", word, known->reason ? ": " : "",
			  known->reason ? known->reason : "");
}

static int let_pass(struct gate *gate, const char *of, const struct sweep *sweep, struct bug *bug)
{
	char *reason = NULL;
	int rc = 0;

	if (bug->known)
		reason = judgement_of(bug->known);
	else
		reason = mem_printf("new, entered into %s", gate->request->baseline);
	if (!bug->known)
		rc = baseline_add(&gate->entered, of, sweep, bug);
	if (!reason || rc) {
		free(reason);
		return -ENOMEM;
	}
	free(bug->result.reason);
	bug->result.reason = reason;
	bug->result.verdict = VERDICT_SKIP;
	return 0;
}

int gate_compare(struct gate *gate, const char *of, struct sweep *sweep,
		 struct sweep_totals *totals)
{
	int rc;

	if (!gate->request->baseline)
		return 0;
	rc = baseline_compare(&gate->baseline, of, sweep, gate->states);
	for (size_t i = 0; i < sweep->bugs.count && !rc; i++) {
		struct bug *bug = &sweep->bugs.items[i];

		totals->known += bug->known != NULL;
		if (bug->known || gate->request->update_baseline)
			rc = let_pass(gate, of, sweep, bug);
	}
	return rc;
}

static void say_mended(const struct gate *gate, const struct known *known)
{
	cleanup_free char *text = known_text(known);
	cleanup_free char *line =
		text ? mem_printf("mended: %s%s", text,
				  gate->request->update_baseline
					  ? ""
					  : " (--update-baseline removes it from the baseline)")
		     : NULL;

	command_error(gate->env, line ? line : "out of memory", 0);
}

/* What is mended goes, what is new comes. */
static void update(struct gate *gate, struct baseline *ret_baseline)
{
	struct baseline *old = &gate->baseline;
	size_t kept = 0;

	for (size_t i = 0; i < old->count; i++) {
		if (gate->states[i] == KNOWN_MENDED)
			known_release(&old->items[i]);
		else
			old->items[kept++] = old->items[i];
	}
	old->count = kept;
	*ret_baseline = *old;
	*old = (struct baseline){.file = NULL};
}

static int append_all(struct baseline *to, struct baseline *from)
{
	for (size_t i = 0; i < from->count; i++) {
		struct known *slot = mem_append(&to->items, &to->count, sizeof(*slot));

		if (!slot)
			return -ENOMEM;
		*slot = from->items[i];
		from->items[i] = (struct known){.of = NULL};
	}
	return 0;
}

static int write_baseline(struct gate *gate, struct err *err)
{
	struct baseline baseline;
	struct output output = {0};
	int rc;

	update(gate, &baseline);
	rc = append_all(&baseline, &gate->entered);
	if (rc)
		err_errno(err, rc, "--update-baseline");
	if (!rc)
		rc = output_open(gate->request->baseline, gate->env->out, &output, err);
	if (!rc && baseline_write(&baseline, output.file))
		rc = err_set(err, -EIO, "cannot write %s", gate->request->baseline);
	if (!rc)
		rc = output_commit(&output, err);
	output_release(&output);
	baseline_release(&baseline);
	return rc;
}

int gate_close(struct gate *gate, int code, struct sweep_totals *totals)
{
	struct err err = ERR_INIT;

	if (!gate->states)
		return code;
	for (size_t i = 0; i < gate->baseline.count; i++) {
		if (gate->states[i] != KNOWN_MENDED)
			continue;
		say_mended(gate, &gate->baseline.items[i]);
		totals->mended++;
	}
	if (gate->request->update_baseline && write_baseline(gate, &err))
		return command_error(gate->env, err.text, EXIT_INCONCLUSIVE);
	return code;
}

int gate_check_score(const struct gate *gate, int code, const struct sweep_totals *totals)
{
	cleanup_free char *text = NULL;

	if (!gate->request->min_score_given || code == EXIT_FINDING)
		return code;
	if (!totals->places)
		return command_error(gate->env, "--min-score: nothing was tried",
				     EXIT_INCONCLUSIVE);
	if (totals->score >= gate->request->min_score)
		return code;
	text = mem_printf("the score, %.4f, is below --min-score, %.4f", totals->score,
			  gate->request->min_score);
	return command_error(gate->env, text ? text : "out of memory", EXIT_FINDING);
}

void gate_release(struct gate *gate)
{
	baseline_release(&gate->baseline);
	baseline_release(&gate->entered);
	free(gate->states);
}
