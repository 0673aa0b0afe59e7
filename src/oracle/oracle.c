#include "oracle/oracle.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "oracle/internal.h"
#include "sys/names.h"

/* clang-format off */
static const struct oracle_row {
	const char *name;
	int (*judge)(struct judgement *j, struct err *err);
} rows[] = {
	{ "exit",          judge_exit },
	{ "survive",       judge_survival },
	{ "output",        judge_output },
	{ "time",          judge_time },
	{ "recovery",      judge_recovery },
	{ "leak",          judge_leaks },
};
/* clang-format on */

static int take_over(struct judgement *j, const struct finding *seen)
{
	struct finding *copy;

	copy = findings_add(&j->findings, seen->kind, seen->process, "%s", seen->text);
	if (!copy)
		return -ENOMEM;
	copy->silent = seen->silent;
	return stack_copy(&seen->stack, &copy->stack);
}

/* What the scenario allows is no finding. */
static void drop_allowed(struct judgement *j)
{
	size_t kept = 0;

	for (size_t i = 0; i < j->findings.count; i++) {
		struct finding *finding = &j->findings.items[i];

		if (j->scenario->expect.allow[finding->kind])
			finding_release(finding);
		else
			j->findings.items[kept++] = *finding;
	}
	j->findings.count = kept;
}

int oracle_judge_files(struct judgement *j, struct err *err)
{
	int rc = judge_files(j, err);

	return rc ? err_wrap(err, rc, "oracle 'files'") : 0;
}

int oracle_judge(struct judgement *j, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < j->seen->finding_count; i++)
		rc = take_over(j, &j->seen->findings[i]);
	for (size_t i = 0; !rc && i < ARRAY_SIZE(rows); i++) {
		rc = rows[i].judge(j, err);
		if (rc)
			err_wrap(err, rc, "oracle '%s'", rows[i].name);
	}
	drop_allowed(j);
	return rc;
}
