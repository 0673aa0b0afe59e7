#include "sweep/written.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* No call: the place of the whole. */
static int add_site(const struct scenario *written, struct record *record)
{
	struct call_site *site = mem_append(&record->sites, &record->site_count, sizeof(*site));

	if (!site)
		return -ENOMEM;
	*site = (struct call_site){.part = -1,
				   .kind = FD_KIND_NONE,
				   .label = mem_strdup(written->processes[0].name),
				   .call = mem_strdup("run")};
	return site->label && site->call ? 0 : -ENOMEM;
}

/* "the file's own faults: reader dies, late" */
static char *title_of(const struct scenario *written)
{
	char *title = NULL;
	size_t size;
	FILE *out = open_memstream(&title, &size);

	if (!out)
		return NULL;
	fputs(written->fault_count ? "the file's own faults: " : "the file's own demands", out);
	for (size_t i = 0; i < written->fault_count; i++)
		fprintf(out, "%s%s", i ? ", " : "", written->faults[i].name);
	if (fclose(out) == 0)
		return title;
	free(title);
	return NULL;
}

static struct attempt *attempt_of(const struct scenario *written, size_t site)
{
	struct attempt *attempt = mem_zalloc(sizeof(*attempt));

	if (!attempt)
		return NULL;
	attempt->site = site;
	attempt->family = FAULT_WRITTEN;
	attempt->written = true;
	attempt->meaning = ATTEMPT_NONE;
	attempt->scenario = *written;
	attempt->scenario.title = title_of(written);
	if (attempt->scenario.title)
		return attempt;
	attempt_free(attempt);
	return NULL;
}

int written_plan(const struct scenario *written, const struct sweep_part *part,
		 struct record *record, struct plan *plan)
{
	int rc = add_site(written, record);
	struct attempt *attempt = rc ? NULL : attempt_of(written, record->site_count - 1);
	struct attempt **slot =
		attempt ? mem_append(&plan->attempts, &plan->count, sizeof(*slot)) : NULL;

	if (!slot) {
		attempt_free(attempt);
		return -ENOMEM;
	}
	if (part->count && part->index != 1)
		attempt->state = ATTEMPT_ELSEWHERE;
	memmove(plan->attempts + 1, plan->attempts, (plan->count - 1) * sizeof(*slot));
	plan->attempts[0] = attempt;
	/* They are known to each other by their number. */
	for (size_t i = 1; i < plan->count; i++)
		if (plan->attempts[i]->meaning != ATTEMPT_NONE)
			plan->attempts[i]->meaning++;
	return 0;
}
