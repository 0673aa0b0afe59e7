/*
 * draft.c - makes an attempt of a draft: the scenario with its faults.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/util.h"
#include "run/record.h"
#include "sweep/planner.h"
#include "sys/names.h"
#include "sys/syscalls.h"

static char *ordinal_text(uint64_t nth, bool lasts)
{
	if (nth == 1)
		return mem_strdup(lasts ? " from the first on" : "");
	return mem_printf(lasts ? " from number %llu on" : " number %llu", (unsigned long long)nth);
}

static char *action_text(const struct action_spec *action, const char *victim)
{
	switch (action->kind) {
	case ACTION_ERRNO:
		return mem_strdup(errno_name(action->error));
	case ACTION_ERRNO_AFTER:
		return mem_printf("%s after the fact", errno_name(action->error));
	case ACTION_SHORT:
		return mem_strdup("only one byte moves");
	case ACTION_SIGNAL:
		return mem_printf("%s%s, %s", signal_name(action->signal),
				  action->burst > 1 ? " many times" : "",
				  vocab_name(&when_vocab, (int)action->when));
	case ACTION_PULSE:
		return mem_strdup("SIGSTOP, SIGCONT");
	case ACTION_NONBLOCK:
		return mem_strdup("O_NONBLOCK is set");
	case ACTION_KILL:
		return victim ? mem_printf("SIGKILL of %s", victim) : mem_strdup("SIGKILL");
	case ACTION_DELAY:
		return mem_strdup("a long pause");
	case ACTION_CAPACITY:
		return mem_strdup("the buffer is small");
	case ACTION_FILL:
		return mem_strdup("there is no room");
	case ACTION_RESET:
		return mem_strdup("the connection is reset");
	case ACTION_REMOVE:
		return mem_strdup("the object is removed");
	case ACTION_TRUNCATE:
		return mem_printf("%s is cut", victim);
	case ACTION_DROP:
		return mem_strdup("the datagram is lost");
	case ACTION_DUPLICATE:
		return mem_strdup("the datagram comes twice");
	case ACTION_REORDER:
		return mem_strdup("the datagram comes late");
	default:
		return mem_strdup(vocab_name(&action_vocab, (int)action->kind));
	}
}

/* Which of the calls will sleep cannot be known: the first that does. */
static uint64_t nth_of(const struct draft *draft)
{
	return draft->phase == PHASE_BLOCKED || draft->trigger == TRIGGER_LOCK
		       ? 1
		       : draft->spot->place->nth;
}

static const char *besides_text(const struct draft *draft)
{
	for (size_t i = 0; i < draft->step_count; i++)
		if (draft->steps[i].action.kind == ACTION_NONBLOCK)
			return ", and O_NONBLOCK is set";
	for (size_t i = 0; i < draft->step_count; i++)
		if (draft->steps[i].moment == STEP_AT_SITE)
			return ", and others are";
	return "";
}

/* "sort: write(1) number 3: ENOSPC" */
static char *title_of(const struct draft *draft)
{
	const struct call_site *site = draft->spot->site;
	char *ordinal = ordinal_text(nth_of(draft), draft->lasts);
	char *action = action_text(&draft->action, draft->victim), *title = NULL;
	char fd[16] = "", besides[160] = "";

	if (draft->spot->place->fd >= 0)
		snprintf(fd, sizeof(fd), "%d", draft->spot->place->fd);
	if (draft->slow)
		snprintf(besides, sizeof(besides), ", while %s %s", draft->slow, draft->how);
	if (ordinal && action && draft->trigger == TRIGGER_LOCK)
		title = draft->child ? mem_printf("%s/child[%u]: with a lock in its hands: %s",
						  site->label, draft->child, action)
				     : mem_printf("%s: with a lock in its hands: %s", site->label,
						  action);
	else if (ordinal && action)
		title = mem_printf("%s: %s(%s)%s%s: %s%s", site->label, site->call, fd, ordinal,
				   draft->phase == PHASE_EXIT	   ? ", done"
				   : draft->phase == PHASE_BLOCKED ? ", asleep"
								   : "",
				   action, draft->slow ? besides : besides_text(draft));
	free(ordinal);
	free(action);
	return title;
}

static bool is_threaded(const struct planner *planner, const struct call_site *site)
{
	const struct record *record = planner->options->record;

	for (size_t i = 0; i < record->site_count; i++)
		if (record->sites[i].thread > 1 && strcmp(record->sites[i].label, site->label) == 0)
			return true;
	return false;
}

/*
 * By the descriptor's number; what goes on must not follow the number to
 * something else: perror(3) writes to a copy that may get the number of a
 * standard output that was closed.
 */
static struct on_spec on_of(const struct draft *draft)
{
	static char capture[] = STDOUT_CAPTURE;
	const struct call_place *place = draft->spot->place;

	if (draft->lasts && place->is_stdout)
		return (struct on_spec){.kind = ON_PATH, .channel = INDEX_NONE, .glob = capture};
	return (struct on_spec){
		.kind = place->fd >= 0 ? ON_FD : ON_ANY, .channel = INDEX_NONE, .fd = place->fd};
}

/* What comes byte by byte is slow, however sound the program: so many of them are enough. */
#define PIECES_MAX 1000

static uint64_t last_of(const struct draft *draft)
{
	return draft->action.kind == ACTION_SHORT ? nth_of(draft) + PIECES_MAX - 1 : UINT64_MAX;
}

static struct count_spec count_lasting(const struct draft *draft)
{
	return (struct count_spec){
		.kind = COUNT_RANGE, .first = nth_of(draft), .last = last_of(draft)};
}

static struct count_spec count_once(uint64_t *nth)
{
	return (struct count_spec){.kind = COUNT_LIST, .list = nth, .list_count = 1};
}

static struct trigger_spec trigger_of(const struct planner *planner, const struct draft *draft,
				      struct attempt *attempt)
{
	const struct call_site *site = draft->spot->site;
	struct trigger_spec at = {.kind = TRIGGER_CALL, .phase = draft->phase, .after = INDEX_NONE};
	size_t count = syscall_ids_from_word(site->call, attempt->calls, ATTEMPT_CALLS_MAX);

	at.process = selector_of(site);
	attempt->nth.fault = nth_of(draft);
	attempt->nth.place = draft->spot->place->nth;
	attempt->nth.one = 1;
	at.count = draft->lasts ? count_lasting(draft) : count_once(&attempt->nth.fault);
	if (draft->trigger == TRIGGER_LOCK) {
		at.kind = TRIGGER_LOCK;
		/* The first of them that takes it finds others who want it. */
		if (draft->child)
			at.process = (struct selector){site->process, SELECT_CHILD, draft->child};
		else if (site->part == SELECT_MAIN)
			at.process.part = SELECT_TREE;
		return at;
	}
	at.calls = at.named = attempt->calls;
	at.call_count = at.named_count = count < ATTEMPT_CALLS_MAX ? count : ATTEMPT_CALLS_MAX;
	at.on = on_of(draft);
	at.thread = is_threaded(planner, site) ? site->thread : 0;
	return at;
}

static struct trigger_spec trigger_at_other(const struct call_site *site, struct attempt *attempt)
{
	struct trigger_spec at = {.kind = TRIGGER_CALL, .phase = PHASE_ENTRY, .after = INDEX_NONE};
	size_t count = syscall_ids_from_word(site->call, attempt->held_calls, ATTEMPT_CALLS_MAX);

	at.process = selector_of(site);
	at.calls = at.named = attempt->held_calls;
	at.call_count = at.named_count = count < ATTEMPT_CALLS_MAX ? count : ATTEMPT_CALLS_MAX;
	at.on = (struct on_spec){.kind = site->places[0].fd >= 0 ? ON_FD : ON_ANY,
				 .channel = INDEX_NONE,
				 .fd = site->places[0].fd};
	attempt->nth.held = site->places[0].nth;
	at.count = count_once(&attempt->nth.held);
	return at;
}

static struct trigger_spec trigger_of_step(const struct draft_step *step, int fault,
					   struct attempt *attempt, const struct trigger_spec *at)
{
	struct trigger_spec trigger = *at;

	if (step->moment == STEP_AT_CALL) {
		trigger.phase = PHASE_ENTRY;
		trigger.count = count_once(&attempt->nth.place);
		return trigger;
	}
	if (step->moment == STEP_AT_OTHER)
		return trigger_at_other(step->site, attempt);
	if (step->moment == STEP_AT_SITE) {
		trigger.process = selector_of(step->site);
		trigger.on.fd = step->site->places[0].fd;
		trigger.on.kind = trigger.on.fd >= 0 ? ON_FD : ON_ANY;
		trigger.thread = 0;
		trigger.count = count_once(&attempt->nth.one);
		return trigger;
	}
	if (step->moment == STEP_AT_START)
		return (struct trigger_spec){.kind = TRIGGER_STARTED,
					     .process = step->action.of_process,
					     .on = {.channel = INDEX_NONE},
					     .after = INDEX_NONE,
					     .count = count_once(&attempt->nth.one)};
	return (struct trigger_spec){.kind = TRIGGER_AFTER,
				     .process = {.process = INDEX_NONE},
				     .on = {.channel = INDEX_NONE},
				     .after = fault,
				     .count = count_once(&attempt->nth.one)};
}

static int add_fault(struct attempt *attempt, const char *name, const struct trigger_spec *at,
		     const struct action_spec *action)
{
	struct fault_spec *fault = &attempt->faults[attempt->scenario.fault_count++];

	fault->name = mem_strdup(name);
	fault->at = *at;
	fault->action = *action;
	return fault->name ? 0 : -ENOMEM;
}

/* What makes it possible, the fault, what makes it go on. */
static int add_faults(const struct planner *planner, const struct draft *draft,
		      struct attempt *attempt)
{
	const char *name = vocab_name(&fault_family_vocab, (int)draft->family);
	struct trigger_spec at = trigger_of(planner, draft, attempt), trigger;
	int rc = 0;

	attempt->scenario.faults = attempt->faults;
	attempt->scenario.fault_count = 0;
	for (size_t i = 0; !rc && i < draft->step_count; i++) {
		trigger = trigger_of_step(&draft->steps[i], 0, attempt, &at);
		if (draft->steps[i].moment != STEP_AFTER)
			rc = add_fault(attempt, draft->steps[i].name, &trigger,
				       &draft->steps[i].action);
	}
	attempt->main_fault = attempt->scenario.fault_count;
	rc = rc ? rc : add_fault(attempt, name, &at, &draft->action);
	for (size_t i = 0; !rc && i < draft->step_count; i++) {
		trigger = trigger_of_step(&draft->steps[i], (int)attempt->main_fault, attempt, &at);
		if (draft->steps[i].moment == STEP_AFTER)
			rc = add_fault(attempt, draft->steps[i].name, &trigger,
				       &draft->steps[i].action);
	}
	return rc;
}

static bool is_removal(const char *call)
{
	static const char *const calls[] = {"unlink", "unlinkat", "mq_unlink", "msgctl",
					    "shmctl", "semctl",	  "rename"};

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		if (strcmp(calls[i], call) == 0)
			return true;
	return false;
}

static enum survival survival_of(const struct planner *planner, enum demand demand)
{
	if (demand == DEMAND_END || planner->options->compare == SURVIVAL_END)
		return SURVIVAL_END;
	return demand == DEMAND_WELL ? SURVIVAL_SAME : planner->options->compare;
}

/* Whose time is over before its peer goes on may say so: that is the pause's doing. */
static enum demand demand_of(const struct draft *draft)
{
	uint64_t limit_ns = draft->spot->place->limit_ms * NS_PER_MS;

	return draft->slow && limit_ns && limit_ns <= SLOW_PEER_NS && draft->demand == DEMAND_WELL
		       ? DEMAND_SAME
		       : draft->demand;
}

static int fill(const struct planner *planner, const struct draft *draft, struct attempt *attempt)
{
	struct scenario *s = &attempt->scenario;

	attempt->site = draft->spot->index;
	attempt->family = draft->family;
	attempt->demand = demand_of(draft);
	attempt->lasts = draft->lasts;
	attempt->meaning = draft->meaning;
	attempt->is_meaning = draft->is_meaning;
	*s = *planner->options->base;
	s->title = title_of(draft);
	s->deadline_ns = planner->options->deadline_ns;
	s->expect.survives = survival_of(planner, attempt->demand);
	/* What could not be removed is left behind by the fault, not by the program. */
	s->expect.allow[FINDING_LEAK] |= is_removal(draft->spot->site->call);
	return s->title ? add_faults(planner, draft, attempt) : -ENOMEM;
}

void attempt_free(struct attempt *attempt)
{
	if (!attempt)
		return;
	free(attempt->scenario.title);
	for (size_t i = 0; i < ATTEMPT_FAULTS_MAX; i++)
		free(attempt->faults[i].name);
	free(attempt);
}

void planner_add(struct planner *planner, const struct draft *draft)
{
	struct plan *plan = planner->plan;
	struct attempt *attempt = mem_zalloc(sizeof(*attempt)), **slot = NULL;

	if (!planner->rc && attempt && fill(planner, draft, attempt) == 0)
		slot = mem_append(&plan->attempts, &plan->count, sizeof(attempt));
	if (!slot) {
		attempt_free(attempt);
		planner->rc = -ENOMEM;
		return;
	}
	*slot = attempt;
}

void planner_add_once_or_lasting(struct planner *planner, const struct draft *draft)
{
	if (!draft->lasts || draft->spot->first || planner->options->exhaustive)
		planner_add(planner, draft);
}

struct action_spec plain_action(enum action_kind kind)
{
	return (struct action_spec){.kind = kind,
				    .burst = 1,
				    .of_process = {.process = INDEX_NONE},
				    .of_channel = INDEX_NONE};
}

struct draft draft_of(const struct spot *spot, enum fault_family family, enum action_kind kind)
{
	return (struct draft){.spot = spot,
			      .family = family,
			      .meaning = ATTEMPT_NONE,
			      .action = plain_action(kind)};
}
