/*
 * plan_signals.c - signals that the program catches, and stops: before a call
 * that waits, as it starts, and once it sleeps.
 */
#include <signal.h>
#include <string.h>

#include "base/util.h"
#include "sweep/planner.h"
#include "sys/syscalls.h"

#define SIGNALS_TRIED 4
#define PULSE_NS      (2 * NS_PER_MS)
#define STORM_SIGNALS 20
#define SMALL_PIPE    4096

/* Nobody sends them but the processor. */
static bool is_synchronous(int signal)
{
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL ||
	       signal == SIGTRAP || signal == SIGSYS || signal == SIGABRT;
}

/* SIGCANCEL and SIGSETXID: the C library sends them to itself, and installs the handlers. */
static bool is_of_libc(int signal)
{
	return signal > SIGSYS && signal < SIGRTMIN;
}

/* They tell something and ask for nothing. */
static bool is_harmless(int signal)
{
	return signal == SIGCHLD || signal == SIGWINCH || signal == SIGCONT || signal == SIGURG;
}

static bool is_pipe_write(const struct spot *spot)
{
	return call_is_of(spot->site->call, FAMILY_WRITES) &&
	       (spot->site->kind == FD_KIND_PIPE || spot->site->kind == FD_KIND_FIFO);
}

/* As of a user who has many: see pipe-user-pages-soft in pipe(7). */
static void draft_small_pipe(struct draft *draft)
{
	struct draft_step *step = &draft->steps[draft->step_count++];

	*step = (struct draft_step){.name = "small pipe", .action = plain_action(ACTION_CAPACITY)};
	step->action.bytes = SMALL_PIPE;
}

#define HELD_TRIED 4 /* moments of each that has it */

static bool is_lock_of_another(const struct spot *spot, const struct call_site *site)
{
	return site->part >= 0 && site->kind == spot->site->kind &&
	       strcmp(site->call, spot->site->call) == 0 &&
	       strcmp(site->label, spot->site->label) != 0;
}

static bool waits_elsewhere(const struct spot *spot, const struct call_site *site)
{
	return site->places[0].waits && strcmp(site->call, spot->site->call) != 0;
}

/* Of where another one comes to after it has taken the lock: where it waits, or where not. */
static void add_held_where(struct planner *planner, const struct spot *spot,
			   const struct draft *draft, bool waits, unsigned *tried)
{
	const struct record *record = planner->options->record;
	const struct call_site *holder = NULL;

	for (size_t i = 0; i < record->site_count && *tried < HELD_TRIED; i++) {
		const struct call_site *site = &record->sites[i];
		struct draft held = *draft;

		if (!holder && is_lock_of_another(spot, site)) {
			holder = site;
		} else if (holder && strcmp(site->label, holder->label) == 0 &&
			   waits_elsewhere(spot, site) == waits) {
			++*tried;
			draft_slow_at(&held, site, "holds a lock");
			planner_add(planner, &held);
		}
	}
}

/* It is slow where it would have to wait, most likely with the lock in its hands. */
static void add_while_held(struct planner *planner, const struct spot *spot,
			   const struct draft *draft)
{
	unsigned tried = 0;

	add_held_where(planner, spot, draft, true, &tried);
	add_held_where(planner, spot, draft, false, &tried);
}

/* The first of its calls by which @peer has something to say, or else of all that it makes. */
static const struct call_site *first_word(const struct planner *planner, const struct spot *spot,
					  const struct call_site *peer)
{
	const struct record *record = planner->options->record;

	for (size_t i = 0; i < record->site_count; i++)
		if (strcmp(record->sites[i].label, peer->label) == 0 && sends(&record->sites[i]) &&
		    record->sites[i].kind == spot->site->kind)
			return &record->sites[i];
	return peer->part == SELECT_CHILD ? peer : NULL;
}

/* It has not come to say anything yet: at the call it could have said all. */
static void add_while_late(struct planner *planner, const struct spot *spot,
			   const struct draft *draft)
{
	const struct call_site *peers[PEERS_TRIED];
	size_t count = spot_peers(planner, spot, true, peers);

	for (size_t i = 0; i < count; i++) {
		const struct call_site *word = first_word(planner, spot, peers[i]);
		struct draft late = *draft;

		if (!word)
			continue;
		draft_slow_at(&late, word, "comes late");
		planner_add(planner, &late);
	}
}

/*
 * Where somebody makes it sleep, and where it sleeps by itself.  Both come before what is only
 * pending as the call starts: whether that interrupts it can be chance.
 */
static void add_asleep(struct planner *planner, const struct spot *spot, const struct draft *draft)
{
	const struct call_site *peers[PEERS_TRIED];
	size_t count = spot_peers(planner, spot, false, peers);

	if (call_is_of(spot->site->call, FAMILY_LOCKS))
		add_while_held(planner, spot, draft);
	for (size_t i = 0; i < count; i++) {
		struct draft slow = *draft;

		draft_slow_peer(&slow, peers[i]);
		if (is_pipe_write(spot))
			draft_small_pipe(&slow);
		planner_add(planner, &slow);
	}
	add_while_late(planner, spot, draft);
	planner_add(planner, draft);
}

/* As of a timer: who begins its whole time anew after each of them never comes to its end. */
static void plan_interruptions(struct planner *planner, const struct draft *asleep)
{
	struct draft draft = *asleep;

	draft.family = FAULT_STORM;
	draft.lasts = true;
	planner_add(planner, &draft);
}

static void plan_signal(struct planner *planner, const struct spot *spot, int signal)
{
	struct draft draft = draft_of(spot, FAULT_SIGNAL, ACTION_SIGNAL);

	draft.demand = DEMAND_WELL;
	draft.action.signal = signal;
	draft.action.when = WHEN_BEFORE;
	draft.is_meaning = !is_harmless(signal);
	planner_add(planner, &draft);
	draft.meaning = draft.is_meaning ? planner->plan->count - 1 : ATTEMPT_NONE;
	draft.is_meaning = false;
	if (spot->first) {
		draft.action.when = WHEN_BLOCKED;
		draft.phase = PHASE_BLOCKED;
		add_asleep(planner, spot, &draft);
	}
	if (spot->first && spot->place->is_limited)
		plan_interruptions(planner, &draft);
	draft.action.when = WHEN_PENDING;
	draft.phase = PHASE_ENTRY;
	planner_add(planner, &draft);
	draft.family = FAULT_STORM;
	draft.action.burst = STORM_SIGNALS;
	if (spot->first)
		planner_add(planner, &draft);
}

/* Where it interrupts nothing: its handler may break what is under way there. */
static void plan_handler(struct planner *planner, const struct spot *spot, int signal)
{
	struct draft draft = draft_of(spot, FAULT_SIGNAL, ACTION_SIGNAL);

	draft.demand = DEMAND_WELL;
	draft.action.signal = signal;
	draft.is_meaning = true;
	planner_add(planner, &draft);
}

void plan_signals(struct planner *planner, const struct spot *spot)
{
	unsigned tried = 0;

	for (int signal = 1; signal < NSIG && tried < SIGNALS_TRIED; signal++) {
		if (!(spot->place->signals >> (signal - 1) & 1) || is_synchronous(signal) ||
		    is_of_libc(signal))
			continue;
		tried++;
		if (spot->place->waits)
			plan_signal(planner, spot, signal);
		else if (spot->first)
			plan_handler(planner, spot, signal);
	}
}

/* SIGSTOP and SIGCONT interrupt it; calls of sockets only with SO_RCVTIMEO or SO_SNDTIMEO. */
static bool is_stopped_by_sigstop(const struct call_site *site)
{
	const struct syscall_row *row = syscall_get(syscall_from_name(site->call));

	return row && (row->restart == RESTART_N_STOP ||
		       (row->restart_timed == RESTART_N_STOP &&
			(is_socket_kind(site->kind) || row->timeout != TIMEOUT_NONE)));
}

void plan_pulse(struct planner *planner, const struct spot *spot)
{
	struct draft draft = draft_of(spot, FAULT_PULSE, ACTION_PULSE);

	draft.demand = DEMAND_WELL;
	draft.action.time_ns = PULSE_NS;
	draft.phase = PHASE_BLOCKED;
	if (spot->first && spot->place->waits && is_stopped_by_sigstop(spot->site))
		add_asleep(planner, spot, &draft);
}
