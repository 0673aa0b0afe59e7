#include "sweep/plan.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/util.h"
#include "run/record.h"
#include "sys/kernel_model.h"
#include "sys/names.h"
#include "sys/syscalls.h"

#define ERRORS_MAX    64
#define SIGNALS_TRIED 4
#define PEERS_TRIED   3
#define PULSE_NS      (2 * NS_PER_MS)
#define STDERR_NUMBER 2

struct planner {
	const struct plan_options *options;
	struct plan *plan;
	int rc;
};

/* A fault at a place, before it is one of the plan. */
struct draft {
	size_t site;
	const struct call_place *place;
	enum fault_family family;
	enum demand demand;
	bool lasts;
	enum phase phase;
	struct action_spec action;
	size_t meaning; /* as those of struct attempt */
	bool is_meaning;
	const char *victim; /* label of another process that is killed; NULL */
};

size_t sweep_plan_pick(size_t places, uint64_t seed, size_t site, size_t picks[PICKS_MAX])
{
	struct rng rng = rng_stream(seed, site);
	size_t count = 0;

	if (places)
		picks[count++] = 0;
	if (places > 2)
		picks[count++] = 1 + (size_t)(rng_next(&rng) % (places - 2));
	if (places > 1)
		picks[count++] = places - 1;
	return count;
}

static const struct call_site *site_of(const struct planner *planner, size_t index)
{
	return &planner->options->record->sites[index];
}

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
		return mem_printf("%s, %s", signal_name(action->signal),
				  vocab_name(&when_vocab, (int)action->when));
	case ACTION_PULSE:
		return mem_strdup("SIGSTOP, SIGCONT");
	case ACTION_NONBLOCK:
		return mem_strdup("O_NONBLOCK is set");
	case ACTION_KILL:
		return victim ? mem_printf("SIGKILL of %s", victim) : mem_strdup("SIGKILL");
	default:
		return mem_strdup(vocab_name(&action_vocab, (int)action->kind));
	}
}

/* Which of the calls will sleep cannot be known: the first that does. */
static uint64_t nth_of(const struct draft *draft)
{
	return draft->phase == PHASE_BLOCKED ? 1 : draft->place->nth;
}

/* "sort: write(1) number 3: ENOSPC" */
static char *title_of(const struct call_site *site, const struct draft *draft)
{
	char *ordinal = ordinal_text(nth_of(draft), draft->lasts);
	char *action = action_text(&draft->action, draft->victim), *title = NULL;
	char fd[16] = "";

	if (draft->place->fd >= 0)
		snprintf(fd, sizeof(fd), "%d", draft->place->fd);
	if (ordinal && action)
		title = mem_printf("%s: %s(%s)%s%s: %s", site->label, site->call, fd, ordinal,
				   draft->phase == PHASE_EXIT	   ? ", done"
				   : draft->phase == PHASE_BLOCKED ? ", asleep"
								   : "",
				   action);
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

	if (draft->lasts && draft->place->is_stdout)
		return (struct on_spec){.kind = ON_PATH, .channel = INDEX_NONE, .glob = capture};
	return (struct on_spec){.kind = draft->place->fd >= 0 ? ON_FD : ON_ANY,
				.channel = INDEX_NONE,
				.fd = draft->place->fd};
}

static void set_trigger(const struct planner *planner, const struct draft *draft,
			struct attempt *attempt)
{
	const struct call_site *site = site_of(planner, draft->site);
	struct trigger_spec *at = &attempt->fault.at;
	size_t count = syscall_ids_from_word(site->call, attempt->calls, ATTEMPT_CALLS_MAX);

	*at = (struct trigger_spec){
		.kind = TRIGGER_CALL, .phase = draft->phase, .after = INDEX_NONE};
	at->process = (struct selector){site->process, (enum selector_part)site->part,
					(unsigned)site->child};
	at->calls = at->named = attempt->calls;
	at->call_count = at->named_count = count < ATTEMPT_CALLS_MAX ? count : ATTEMPT_CALLS_MAX;
	at->on = on_of(draft);
	at->thread = is_threaded(planner, site) ? site->thread : 0;
	attempt->nth = nth_of(draft);
	at->count = draft->lasts ? (struct count_spec){.kind = COUNT_RANGE,
						       .first = attempt->nth,
						       .last = UINT64_MAX}
				 : (struct count_spec){.kind = COUNT_LIST,
						       .list = &attempt->nth,
						       .list_count = 1};
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

static int fill(const struct planner *planner, const struct draft *draft, struct attempt *attempt)
{
	struct scenario *s = &attempt->scenario;

	attempt->site = draft->site;
	attempt->family = draft->family;
	attempt->demand = draft->demand;
	attempt->lasts = draft->lasts;
	attempt->meaning = draft->meaning;
	attempt->is_meaning = draft->is_meaning;
	attempt->fault.name = mem_strdup(vocab_name(&fault_family_vocab, (int)draft->family));
	attempt->fault.action = draft->action;
	set_trigger(planner, draft, attempt);
	*s = *planner->options->base;
	s->title = title_of(site_of(planner, draft->site), draft);
	s->faults = &attempt->fault;
	s->fault_count = 1;
	s->deadline_ns = planner->options->deadline_ns;
	s->expect.survives =
		draft->demand == DEMAND_SAME ? planner->options->compare : SURVIVAL_END;
	/* What could not be removed is left behind by the fault, not by the program. */
	s->expect.allow[FINDING_LEAK] |= is_removal(site_of(planner, draft->site)->call);
	return s->title && attempt->fault.name ? 0 : -ENOMEM;
}

static void attempt_free(struct attempt *attempt)
{
	if (!attempt)
		return;
	free(attempt->scenario.title);
	free(attempt->fault.name);
	free(attempt);
}

static void add(struct planner *planner, const struct draft *draft)
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

static struct draft draft_of(size_t site, const struct call_place *place, enum fault_family family,
			     enum action_kind kind)
{
	return (struct draft){.site = site,
			      .place = place,
			      .family = family,
			      .meaning = ATTEMPT_NONE,
			      .action = {.kind = kind,
					 .burst = 1,
					 .of_process = {.process = INDEX_NONE},
					 .of_channel = INDEX_NONE}};
}

static void add_once_and_lasting(struct planner *planner, struct draft *draft, bool first)
{
	if (!draft->lasts)
		add(planner, draft);
	else if (first || planner->options->exhaustive)
		add(planner, draft);
}

/* One error of each family is enough, unless every one is wanted. */
static void plan_errors(struct planner *planner, size_t index, const struct call_place *place,
			bool first, bool lasts)
{
	const struct call_site *site = site_of(planner, index);
	struct kernel_error errors[ERRORS_MAX];
	size_t count = kernel_errors_of(syscall_from_name(site->call), errors, ERRORS_MAX);
	unsigned had = 0;

	for (size_t i = 0; i < count && i < ERRORS_MAX; i++) {
		enum fault_family family = family_of_error(site->call, site->kind, errors[i].err);
		struct draft draft;

		if (!(place->errors >> i & 1) || family == FAULT_FAMILY_MAX_ ||
		    (lasts && !family_lasts(family)) ||
		    (had >> family & 1 && !planner->options->exhaustive))
			continue;
		had |= 1u << family;
		draft = draft_of(index, place, family,
				 errors[i].after ? ACTION_ERRNO_AFTER : ACTION_ERRNO);
		draft.action.error = errors[i].err;
		draft.lasts = lasts;
		add_once_and_lasting(planner, &draft, first);
	}
}

static void plan_short(struct planner *planner, size_t index, const struct call_place *place,
		       bool first, bool lasts)
{
	struct draft draft = draft_of(index, place, FAULT_SHORT, ACTION_SHORT);

	draft.action.cut = SHORT_BYTES;
	draft.action.bytes = 1;
	draft.lasts = lasts;
	if (place->can_be_short)
		add_once_and_lasting(planner, &draft, first);
}

/* Nobody sends them but the processor. */
static bool is_synchronous(int signal)
{
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL ||
	       signal == SIGTRAP || signal == SIGSYS || signal == SIGABRT;
}

/* They tell something and ask for nothing. */
static bool is_harmless(int signal)
{
	return signal == SIGCHLD || signal == SIGWINCH || signal == SIGCONT || signal == SIGURG;
}

static void plan_signals(struct planner *planner, size_t index, const struct call_place *place,
			 bool first)
{
	unsigned tried = 0;

	for (int signal = 1; place->waits && signal < NSIG && tried < SIGNALS_TRIED; signal++) {
		struct draft draft = draft_of(index, place, FAULT_SIGNAL, ACTION_SIGNAL);

		if (!(place->signals >> (signal - 1) & 1) || is_synchronous(signal))
			continue;
		tried++;
		draft.action.signal = signal;
		draft.action.when = WHEN_BEFORE;
		draft.is_meaning = !is_harmless(signal);
		add(planner, &draft);
		draft.meaning = draft.is_meaning ? planner->plan->count - 1 : ATTEMPT_NONE;
		draft.is_meaning = false;
		draft.action.when = WHEN_PENDING;
		add(planner, &draft);
		draft.action.when = WHEN_BLOCKED;
		draft.phase = PHASE_BLOCKED;
		if (first)
			add(planner, &draft);
	}
}

static bool is_socket(enum fd_kind kind)
{
	return kind == FD_KIND_UNIX_STREAM || kind == FD_KIND_UNIX_DGRAM ||
	       kind == FD_KIND_UNIX_SEQPACKET || kind == FD_KIND_TCP || kind == FD_KIND_UDP;
}

/* SIGSTOP and SIGCONT interrupt it; calls of sockets only with SO_RCVTIMEO or SO_SNDTIMEO. */
static bool is_stopped_by_sigstop(const struct call_site *site)
{
	const struct syscall_row *row = syscall_get(syscall_from_name(site->call));

	return row && (row->restart == RESTART_N_STOP ||
		       (row->restart_timed == RESTART_N_STOP &&
			(is_socket(site->kind) || row->timeout != TIMEOUT_NONE)));
}

/* Through which others can be left waiting. */
static bool is_communication(const struct call_site *site)
{
	const struct syscall_row *row = syscall_get(syscall_from_name(site->call));

	switch (site->kind) {
	case FD_KIND_NONE:
	case FD_KIND_DEVICE:
	case FD_KIND_TTY:
	case FD_KIND_DIRECTORY:
	case FD_KIND_OTHER:
		return false;
	case FD_KIND_FILE:
		return row && row->families & FAMILY_LOCKS;
	default:
		return true;
	}
}

static bool is_same_process(const struct call_site *a, const struct call_site *b)
{
	return a->process == b->process && a->part == b->part && a->child == b->child;
}

/* Whether the process of @record->sites[index] is another one, named by no site before. */
static bool is_new_peer(const struct record *record, const struct call_site *of, size_t index)
{
	const struct call_site *site = &record->sites[index];

	if (site->part < 0 || is_same_process(site, of) || !is_communication(site))
		return false;
	for (size_t i = 0; i < index; i++)
		if (is_same_process(site, &record->sites[i]) && is_communication(&record->sites[i]))
			return false;
	return true;
}

/* Closing its descriptors under it would be none of the kernel's doing: it dies. */
static void plan_peer_kills(struct planner *planner, size_t index, const struct call_place *place)
{
	const struct record *record = planner->options->record;
	const struct call_site *of = &record->sites[index];
	unsigned tried = 0;

	for (size_t i = 0; i < record->site_count && tried < PEERS_TRIED; i++) {
		const struct call_site *peer = &record->sites[i];
		struct draft draft = draft_of(index, place, FAULT_PEER_KILLED, ACTION_KILL);

		if (!is_new_peer(record, of, i))
			continue;
		tried++;
		draft.demand = DEMAND_END;
		draft.action.signal = SIGKILL;
		draft.action.of_process = (struct selector){
			peer->process, (enum selector_part)peer->part, (unsigned)peer->child};
		draft.victim = peer->label;
		add(planner, &draft);
	}
}

static void plan_kills(struct planner *planner, size_t index, const struct call_place *place)
{
	const struct call_site *site = site_of(planner, index);
	struct draft draft = draft_of(index, place, FAULT_KILLED, ACTION_KILL);

	if (planner->options->record->processes < 2 || !is_communication(site))
		return;
	/* Its parent is told of the death of a child; others see no more than an end of input. */
	draft.demand = site->part == SELECT_CHILD ? DEMAND_SAME : DEMAND_END;
	draft.action.signal = SIGKILL;
	add(planner, &draft);
	draft.phase = PHASE_EXIT;
	add(planner, &draft);
	plan_peer_kills(planner, index, place);
}

static void plan_rest(struct planner *planner, size_t index, const struct call_place *place,
		      bool first)
{
	const struct call_site *site = site_of(planner, index);
	struct draft draft = draft_of(index, place, FAULT_PULSE, ACTION_PULSE);

	draft.action.time_ns = PULSE_NS;
	draft.phase = PHASE_BLOCKED;
	if (first && place->waits && is_stopped_by_sigstop(site))
		add(planner, &draft);
	draft = draft_of(index, place, FAULT_NONBLOCK, ACTION_NONBLOCK);
	draft.action.on = true;
	if (place->can_be_nonblocking && first)
		add(planner, &draft);
	plan_signals(planner, index, place, first);
	plan_kills(planner, index, place);
}

static void plan_place(struct planner *planner, size_t index, const struct call_place *place,
		       bool first)
{
	/* With faults there nobody could be told anything. */
	if (place->fd == STDERR_NUMBER)
		return;
	plan_errors(planner, index, place, first, false);
	plan_short(planner, index, place, first, false);
	plan_errors(planner, index, place, first, true);
	plan_short(planner, index, place, first, true);
	plan_rest(planner, index, place, first);
}

static void plan_round(struct planner *planner, size_t round)
{
	const struct record *record = planner->options->record;

	for (size_t i = 0; !planner->rc && i < record->site_count; i++) {
		const struct call_site *site = &record->sites[i];
		size_t picks[PICKS_MAX], index = round;

		if (site->part < 0)
			continue;
		if (!planner->options->exhaustive) {
			if (round >=
			    sweep_plan_pick(site->place_count, planner->options->seed, i, picks))
				continue;
			index = picks[round];
		}
		if (index < site->place_count)
			plan_place(planner, i, &site->places[index], index == 0);
	}
}

static size_t most_places(const struct record *record)
{
	size_t most = 0;

	for (size_t i = 0; i < record->site_count; i++)
		most = record->sites[i].place_count > most ? record->sites[i].place_count : most;
	return most;
}

/* In rounds: the first of each site, then another of each: what a budget cuts off is the rest. */
int sweep_plan_make(const struct plan_options *options, struct plan *ret_plan)
{
	struct plan plan = {0};
	struct planner planner = {options, &plan, 0};
	size_t rounds = options->exhaustive ? most_places(options->record) : PICKS_MAX;

	for (size_t i = 0; i < options->record->site_count; i++)
		plan.unreachable += options->record->sites[i].part < 0;
	for (size_t round = 0; !planner.rc && round < rounds; round++)
		plan_round(&planner, round);
	if (planner.rc) {
		sweep_plan_release(&plan);
		return planner.rc;
	}
	*ret_plan = plan;
	return 0;
}

void sweep_plan_release(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		attempt_free(plan->attempts[i]);
	free(plan->attempts);
	*plan = (struct plan){.attempts = NULL};
}
