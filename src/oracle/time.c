/*
 * time.c - too slow, and not recovered.
 */
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "oracle/internal.h"

static unsigned long long ms(uint64_t ns)
{
	return (unsigned long long)(ns / NS_PER_MS);
}

int judge_time(struct judgement *j, struct err *err)
{
	uint64_t within = j->scenario->expect.within_ns;

	(void)err;
	if (!within || was_cut_off(j) || j->seen->duration_ns <= within + j->seen->starved_ns)
		return 0;
	return findings_add(&j->findings, FINDING_LATE, NULL,
			    "took %llu ms, at most %llu ms are allowed", ms(j->seen->duration_ns),
			    ms(within))
		       ? 0
		       : -ENOMEM;
}

static bool reached_fault_free(const struct judgement *j)
{
	for (size_t i = 0; i < j->seen->process_count; i++) {
		const struct observed_process *p = &j->seen->processes[i];
		const struct observed_process *other = fault_free_of(j, p);

		if (!other || !p->out.captured || !other->out.captured || p->killed_on_purpose)
			continue;
		if (p->out.size != other->out.size ||
		    (p->out.size && memcmp(p->out.data, other->out.data, p->out.size) != 0))
			return false;
	}
	return true;
}

int judge_recovery(struct judgement *j, struct err *err)
{
	uint64_t limit = j->scenario->expect.recovers_ns;
	uint64_t took = j->seen->duration_ns - j->seen->last_fault_ns;

	(void)err;
	if (!limit || !j->seen->last_fault_ns || !j->fault_free)
		return 0;
	if (!was_cut_off(j) && took <= limit + j->seen->starved_ns && reached_fault_free(j))
		return 0;
	return findings_add(&j->findings, FINDING_NOT_RECOVERED, NULL,
			    took > limit + j->seen->starved_ns
				    ? "%llu ms after the last fault it was not done; %llu ms "
				      "are allowed"
				    : "ended %llu ms after the last fault (%llu ms allowed), "
				      "but not with the fault-free result",
			    ms(took), ms(limit))
		       ? 0
		       : -ENOMEM;
}
