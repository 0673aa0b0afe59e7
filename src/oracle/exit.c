/*
 * exit.c - how processes ended, against what was expected.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "oracle/internal.h"
#include "sys/names.h"

bool is_crash(int signal)
{
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGABRT || signal == SIGILL ||
	       signal == SIGFPE;
}

enum finding_kind kind_of_death(int signal)
{
	if (is_crash(signal))
		return FINDING_CRASH;
	return signal == SIGPIPE ? FINDING_SIGPIPE : FINDING_KILLED;
}

static bool is_listed(const struct process_expect *want, int status)
{
	for (size_t i = 0; i < want->status_count; i++)
		if (want->statuses[i] == status)
			return true;
	return false;
}

/* "0", "0 or 3" */
static char *list_statuses(const struct process_expect *want)
{
	char *text = mem_strdup("");

	for (size_t i = 0; text && i < want->status_count; i++) {
		cleanup_free char *before = text;

		text = mem_printf("%s%s%d", before, i ? " or " : "", want->statuses[i]);
	}
	return text;
}

static int judge_exited(struct judgement *j, const struct observed_process *p,
			const struct process_expect *want)
{
	cleanup_free char *wanted = NULL;

	switch (want->exit) {
	case EXIT_ANY:
		return 0;
	case EXIT_DEFAULT:
		if (p->status == 0)
			return 0;
		wanted = mem_strdup("0");
		break;
	case EXIT_STATUS:
		if (is_listed(want, p->status))
			return 0;
		wanted = list_statuses(want);
		break;
	case EXIT_KILLED:
		wanted = mem_printf("death by %s", signal_name(want->signal));
		break;
	case EXIT_ALIVE:
		if (j->scenario->expect.survives && fails_to_start(j, p))
			return 0;
		wanted = mem_strdup("to be alive at the end");
		break;
	}
	if (!wanted)
		return -ENOMEM;
	return findings_add(&j->findings, FINDING_WRONG_EXIT, p->name,
			    "exited with %d, expected %s", p->status, wanted)
		       ? 0
		       : -ENOMEM;
}

static int judge_killed(struct judgement *j, const struct observed_process *p,
			const struct process_expect *want)
{
	const char *name = signal_name(p->status);

	if (want->exit == EXIT_KILLED && want->signal == p->status)
		return 0;
	if (want->exit == EXIT_ANY && !is_crash(p->status) && p->status != SIGPIPE)
		return 0;
	if (p->killed_on_purpose && (want->exit == EXIT_DEFAULT || want->exit == EXIT_ANY ||
				     (want->exit == EXIT_ALIVE && j->scenario->expect.survives)))
		return 0;
	if (p->killed_on_purpose)
		return findings_add(&j->findings, FINDING_KILLED, p->name,
				    "killed by %s, which the scenario sent it", name)
			       ? 0
			       : -ENOMEM;
	return findings_add(&j->findings, kind_of_death(p->status), p->name, "died of %s", name)
		       ? 0
		       : -ENOMEM;
}

bool was_cut_off(const struct judgement *j)
{
	for (size_t i = 0; i < j->seen->finding_count; i++) {
		enum finding_kind kind = j->seen->findings[i].kind;

		if (kind == FINDING_DEADLOCK || kind == FINDING_HANG || kind == FINDING_SPIN ||
		    kind == FINDING_STALE_READ)
			return true;
	}
	return false;
}

static int judge_unended(struct judgement *j, const struct observed_process *p,
			 const struct process_expect *want)
{
	bool is_fine = p->started ? want->exit == EXIT_ALIVE : want->exit == EXIT_ANY;

	if (is_fine || was_cut_off(j))
		return 0;
	return findings_add(&j->findings, FINDING_WRONG_EXIT, p->name, "%s",
			    p->started ? "was still running at the end" : "was never started")
		       ? 0
		       : -ENOMEM;
}

int judge_exit(struct judgement *j, struct err *err)
{
	int rc = 0;

	(void)err;
	for (size_t i = 0; !rc && i < j->seen->process_count; i++) {
		const struct observed_process *p = &j->seen->processes[i];
		const struct process_expect *want = &j->scenario->expect.processes[p->spec];

		if (j->scenario->expect.survives && want->exit == EXIT_DEFAULT)
			continue; /* how it ends without faults is what it is measured by */
		if (p->exited && p->signaled)
			rc = judge_killed(j, p, want);
		else if (p->exited)
			rc = judge_exited(j, p, want);
		else
			rc = judge_unended(j, p, want);
	}
	return rc;
}
