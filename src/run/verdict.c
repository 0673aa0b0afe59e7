#include "run/verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"

int verdict_set(struct case_result *result, enum verdict verdict, const char *text)
{
	result->verdict = verdict;
	free(result->reason);
	result->reason = mem_strdup(text);
	return result->reason ? 0 : -ENOMEM;
}

static const struct fault_result *first_unfired(const struct case_result *result)
{
	for (size_t i = 0; i < result->fault_count; i++)
		if (!result->faults[i].fired)
			return &result->faults[i];
	return NULL;
}

/* These are the program's own doing, whether a fault has fired or not. */
static bool is_certain(enum finding_kind kind)
{
	return kind == FINDING_CRASH || kind == FINDING_DEADLOCK || kind == FINDING_MEMORY_ERROR ||
	       kind == FINDING_UNSAFE_IN_HANDLER;
}

static int say_unfired(struct case_result *result, const struct fault_result *fault)
{
	cleanup_free char *text = NULL;

	if (fault->refused)
		text = mem_printf("fault '%s' did not happen: %s", fault->name, fault->refused);
	else if (fault->matched)
		text = mem_printf("fault '%s' did not fire: its moment came %llu time%s, and "
				  "never when it was to fire",
				  fault->name, (unsigned long long)fault->matched,
				  fault->matched == 1 ? "" : "s");
	else
		text = mem_printf("fault '%s' did not fire: its moment never came", fault->name);
	return text ? verdict_set(result, VERDICT_INCONCLUSIVE, text) : -ENOMEM;
}

static int verdict_of_subject(struct case_result *result)
{
	const struct fault_result *unfired = first_unfired(result);
	bool certain = false;

	for (size_t i = 0; i < result->finding_count; i++)
		certain = certain || is_certain(result->findings[i].kind);
	if (unfired && !certain)
		return say_unfired(result, unfired);
	result->verdict = result->finding_count ? VERDICT_FAIL : VERDICT_PASS;
	return 0;
}

/* "writer" also stands for its copies and descendants: "writer[2]", "writer/child[1]". */
static bool is_of(const char *process, const char *name)
{
	size_t len = strlen(name);

	return process && strncmp(process, name, len) == 0 &&
	       (process[len] == '\0' || process[len] == '[' || process[len] == '/');
}

static bool is_caught(const struct scenario *s, const struct caught_spec *want,
		      const struct case_result *result)
{
	const char *name = want->process == INDEX_NONE ? NULL : s->processes[want->process].name;

	for (size_t i = 0; i < result->finding_count; i++) {
		const struct finding *found = &result->findings[i];

		/* A finding of the whole run concerns every process. */
		if (want->kinds[found->kind] &&
		    (!name || !found->process || is_of(found->process, name)))
			return true;
	}
	return false;
}

static char *list_wanted(const struct scenario *s, const struct caught_spec *want)
{
	char *text = mem_strdup("");

	for (int kind = 0; text && kind < FINDING_MAX_; kind++)
		if (want->kinds[kind]) {
			cleanup_free char *before = text;

			text = mem_printf("%s%s%s", before, *before ? " or " : "",
					  vocab_name(&finding_vocab, kind));
		}
	if (text && want->process != INDEX_NONE) {
		cleanup_free char *before = text;

		text = mem_printf("%s of %s", before, s->processes[want->process].name);
	}
	return text;
}

static int verdict_of_control(const struct scenario *s, bool any_struck, struct case_result *result)
{
	const struct fault_result *unfired = first_unfired(result);

	for (size_t i = 0; i < s->control.caught_count; i++) {
		const struct caught_spec *want = &s->control.caught[i];
		cleanup_free char *wanted = NULL, *text = NULL;

		if (is_caught(s, want, result))
			continue;
		if (unfired)
			return say_unfired(result, unfired);
		wanted = list_wanted(s, want);
		text = wanted ? mem_printf("the control was not caught: no %s found", wanted)
			      : NULL;
		return text ? verdict_set(result, VERDICT_INCONCLUSIVE, text) : -ENOMEM;
	}
	if (!any_struck && unfired)
		return say_unfired(result, unfired);
	result->verdict = VERDICT_PASS;
	return 0;
}

int verdict_decide(const struct scenario *scenario, bool any_struck, struct case_result *result)
{
	return result->role == ROLE_CONTROL ? verdict_of_control(scenario, any_struck, result)
					    : verdict_of_subject(result);
}
