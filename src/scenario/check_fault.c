#include <string.h>

#include "base/util.h"
#include "scenario/reader.h"
#include "sys/syscalls.h"

/*
 * What an action needs of its trigger.  One row for each action; the
 * messages tell what to write instead.
 */
enum target {
	OF_NONE,    /* it is about the call itself */
	OF_PROCESS, /* strikes a process; `of:` may name another one */
	OF_CHANNEL, /* strikes the object of the call; `of:` may name a channel */
};

#define PHASE(phase) (1U << (phase))
#define ANY_PHASE    (PHASE(PHASE_MAX_) - 1)

struct action_needs {
	bool call; /* a `call` trigger */
	unsigned phases;
	enum target target;
	const char *instead; /* when the phase is another one */
};

/* clang-format off */
static const struct action_needs needs[] = {
	[ACTION_ERRNO]            = { true, PHASE(PHASE_ENTRY), OF_NONE, "the call is being made already: use `errno-after`, or `signal`" },
	[ACTION_ERRNO_AFTER]      = { true, PHASE(PHASE_ENTRY) | PHASE(PHASE_EXIT), OF_NONE, "use `phase: exit`" },
	[ACTION_RETURN]           = { true, PHASE(PHASE_ENTRY), OF_NONE, "the call is being made already" },
	[ACTION_SHORT]            = { true, PHASE(PHASE_ENTRY), OF_NONE, "the call is being made already" },
	[ACTION_SIGNAL]           = { false, ANY_PHASE, OF_PROCESS, NULL },
	[ACTION_PULSE]            = { false, ANY_PHASE, OF_PROCESS, NULL },
	[ACTION_KILL]             = { false, ANY_PHASE, OF_PROCESS, NULL },
	[ACTION_DELAY]            = { false, ANY_PHASE, OF_NONE, NULL },
	[ACTION_STOP]             = { false, ANY_PHASE, OF_PROCESS, NULL },
	[ACTION_CLOSE_PEER]       = { false, ANY_PHASE, OF_CHANNEL, NULL },
	[ACTION_SHUTDOWN]         = { false, ANY_PHASE, OF_CHANNEL, NULL },
	[ACTION_RESET]            = { false, ANY_PHASE, OF_CHANNEL, NULL },
	[ACTION_CAPACITY]         = { false, ANY_PHASE, OF_CHANNEL, NULL },
	[ACTION_FILL]             = { false, ANY_PHASE, OF_CHANNEL, NULL },
	[ACTION_DRAIN]            = { false, ANY_PHASE, OF_CHANNEL, NULL },
	[ACTION_TRUNCATE]         = { false, ANY_PHASE, OF_CHANNEL, NULL },
	[ACTION_UNLINK]           = { false, ANY_PHASE, OF_CHANNEL, NULL },
	[ACTION_REMOVE]           = { false, ANY_PHASE, OF_CHANNEL, NULL },
	[ACTION_CORRUPT]          = { false, ANY_PHASE, OF_CHANNEL, NULL },
	[ACTION_TEAR]             = { true, PHASE(PHASE_ENTRY), OF_NONE, "the call is being made already" },
	[ACTION_DROP]             = { true, PHASE(PHASE_ENTRY), OF_NONE, "the message is being moved already" },
	[ACTION_DUPLICATE]        = { true, PHASE(PHASE_ENTRY), OF_NONE, "the message is being moved already" },
	[ACTION_REORDER]          = { true, PHASE(PHASE_ENTRY), OF_NONE, "the message is being moved already" },
	[ACTION_TRUNCATE_MESSAGE] = { true, PHASE(PHASE_ENTRY), OF_NONE, "the message is being moved already" },
	[ACTION_LOSE_FDS]         = { true, PHASE(PHASE_ENTRY), OF_NONE, "the message is being moved already" },
	[ACTION_LIMIT]            = { false, ANY_PHASE, OF_PROCESS, NULL },
	[ACTION_WAKE]             = { false, PHASE(PHASE_BLOCKED) | PHASE(PHASE_RETURN), OF_PROCESS, "it wakes a call that sleeps: use `phase: blocked`" },
	[ACTION_NONBLOCK]         = { false, ANY_PHASE, OF_CHANNEL, NULL },
};
/* clang-format on */
_Static_assert(ARRAY_SIZE(needs) == ACTION_MAX_, "one row for each action");

struct check {
	struct reader *reader;
	const struct node *at, *action; /* the mappings */
	struct fault_spec *fault;
};

static const char *action_name(const struct check *c)
{
	return vocab_name(&action_vocab, (int)c->fault->action.kind);
}

static const char *trigger_name(const struct check *c)
{
	return vocab_name(&trigger_vocab, (int)c->fault->at.kind);
}

/* Where the action's own key stands. */
static struct pos action_pos(const struct check *c)
{
	return map_key(c->action, action_name(c))->pos;
}

/* Keys of `at` that make sense with some triggers only. */
static void check_trigger_keys(const struct check *c)
{
	static const struct {
		const char *key;
		unsigned triggers;
	} rows[] = {
		{"phase", 1U << TRIGGER_CALL | 1U << TRIGGER_FUNCTION},
		{"on", 1U << TRIGGER_CALL},
		{"site", 1U << TRIGGER_CALL | 1U << TRIGGER_FUNCTION | 1U << TRIGGER_LOCK |
				 1U << TRIGGER_ACCESS},
		{"thread", 1U << TRIGGER_CALL | 1U << TRIGGER_FUNCTION | 1U << TRIGGER_LOCK |
				   1U << TRIGGER_ACCESS},
		{"steps", 1U << TRIGGER_LOCK},
		{"nth", ~(1U << TRIGGER_ELAPSED | 1U << TRIGGER_OUTPUT)},
		{"every", ~(1U << TRIGGER_ELAPSED | 1U << TRIGGER_OUTPUT)},
		{"chance", ~(1U << TRIGGER_ELAPSED)},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct node *key = map_key(c->at, rows[i].key);

		if (key && !(rows[i].triggers & 1U << c->fault->at.kind))
			complain(c->reader, key, "`%s` means nothing with `%s`", key->text,
				 trigger_name(c));
	}
}

static void check_phase(const struct check *c)
{
	const struct trigger_spec *at = &c->fault->at;
	const struct node *phase = map_value(c->at, "phase");

	if (!phase)
		return;
	if (at->kind == TRIGGER_CALL && at->phase == PHASE_RETURN)
		complain_at(c->reader, phase->pos, "exit",
			    "a call has no phase `return`; that is for `function`");
	else if (at->kind == TRIGGER_FUNCTION && at->phase != PHASE_ENTRY &&
		 at->phase != PHASE_RETURN)
		complain(c->reader, phase, "a function has the phases `entry` and `return` only");
	else if (!(needs[c->fault->action.kind].phases & PHASE(at->phase)))
		complain_at(c->reader, action_pos(c), NULL, "`%s` contradicts `phase: %s`: %s",
			    action_name(c), vocab_name(&phase_vocab, (int)at->phase),
			    needs[c->fault->action.kind].instead);
}

/* Keys of `do` that belong to `signal`. */
static void check_signal_keys(const struct check *c)
{
	static const char *const keys[] = {"when", "nested", "burst"};
	bool is_signal = c->fault->action.kind == ACTION_SIGNAL;
	bool is_walk = c->fault->action.kind == ACTION_KILL &&
		       c->fault->action.when == WHEN_EVERY_INSTRUCTION;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct node *key = map_key(c->action, keys[i]);

		if (key && !is_signal && (i > 0 || !is_walk))
			complain(c->reader, key, "`%s` means nothing with `%s`", key->text,
				 action_name(c));
	}
}

/* From the entry of a function to its end, or while a lock is held. */
static void check_walk(const struct check *c, const struct node *when)
{
	const struct trigger_spec *at = &c->fault->at;

	if (at->kind != TRIGGER_LOCK && (at->kind != TRIGGER_FUNCTION || at->phase != PHASE_ENTRY))
		complain(c->reader, when,
			 "`when: every-instruction` needs the entry of a `function`, or `lock`");
	else if (at->steps)
		complain(c->reader, when, "`when: every-instruction` contradicts `steps`");
	else if (map_key(c->action, "of") || c->fault->action.nested)
		complain(c->reader, when, "`when: every-instruction` is about the thread itself");
}

/* `when` is about a call that has not begun; a later phase says it already. */
static void check_when(const struct check *c)
{
	const struct node *when = map_value(c->action, "when");
	const struct trigger_spec *at = &c->fault->at;
	const struct action_spec *action = &c->fault->action;

	if (when && action->when == WHEN_EVERY_INSTRUCTION)
		check_walk(c, when);
	if (!when || action->kind != ACTION_SIGNAL || action->when == WHEN_EVERY_INSTRUCTION)
		return;
	if (at->kind != TRIGGER_CALL && action->when != WHEN_PENDING)
		complain(c->reader, when, "`when: %s` needs a `call` trigger",
			 vocab_name(&when_vocab, (int)action->when));
	else if ((at->phase == PHASE_BLOCKED && action->when != WHEN_BLOCKED) ||
		 (at->phase == PHASE_EXIT && action->when != WHEN_AFTER))
		complain(c->reader, when, "`when: %s` contradicts `phase: %s`",
			 vocab_name(&when_vocab, (int)action->when),
			 vocab_name(&phase_vocab, (int)at->phase));
	else if (map_key(c->action, "of") && action->when != WHEN_PENDING)
		complain(c->reader, when,
			 "`when: %s` is about the call, `of` about another process",
			 vocab_name(&when_vocab, (int)action->when));
}

/* `of` names the kind of thing that the action strikes. */
static void check_of(const struct check *c, const struct node *of)
{
	const struct action_spec *action = &c->fault->action;
	enum target target = needs[action->kind].target;

	if (target == OF_NONE)
		complain(c->reader, of, "`%s` is about the call itself: `of` means nothing here",
			 action_name(c));
	else if (target == OF_PROCESS && action->of_process.process == INDEX_NONE)
		complain(c->reader, of, "`%s` strikes a process, not a channel", action_name(c));
	else if (target == OF_CHANNEL && action->of_channel == INDEX_NONE)
		complain(c->reader, of, "`%s` strikes a channel, not a process", action_name(c));
}

/* A process and a channel may share a name; the action tells them apart. */
static void choose_victim(struct action_spec *action)
{
	if (needs[action->kind].target == OF_PROCESS)
		action->of_channel = INDEX_NONE;
	else
		action->of_process = (struct selector){.process = INDEX_NONE};
}

/* Without `of` it is the object, or the process, of the trigger; not every trigger has one. */
static void check_victim(const struct check *c)
{
	const struct trigger_spec *at = &c->fault->at;
	enum target target = needs[c->fault->action.kind].target;

	if (target == OF_CHANNEL && at->kind != TRIGGER_CALL && at->kind != TRIGGER_ACCESS)
		complain_at(c->reader, action_pos(c), NULL,
			    "`%s` needs `of: CHANNEL` here: `%s` has no object to strike",
			    action_name(c), trigger_name(c));
	if (target == OF_CHANNEL || at->kind != TRIGGER_ELAPSED)
		return;
	if (target == OF_NONE)
		complain_at(c->reader, action_pos(c), NULL,
			    "`%s` needs another trigger: time passes in no process",
			    action_name(c));
	else if (at->process.process == INDEX_NONE && c->reader->scenario->process_count > 1)
		complain_at(c->reader, action_pos(c), NULL,
			    "`%s` needs `of: PROCESS`: time passes in no process", action_name(c));
}

static void check_short(const struct check *c)
{
	const struct trigger_spec *at = &c->fault->at;

	for (size_t i = 0; i < at->call_count; i++)
		if (syscall_get(at->calls[i])->transfer != TRANSFER_NONE)
			return;
	if (at->call_count)
		complain_at(c->reader, action_pos(c), NULL, "`short`: `%s` moves no bytes",
			    syscall_get(at->calls[0])->name);
}

static void check_kernel(const struct check *c)
{
	const struct scenario_options *options = c->reader->options;
	const char *reason, *object;

	if (!options->refusal || c->reader->scenario->model != MODEL_KERNEL)
		return;
	reason = options->refusal(&c->fault->action, &c->fault->at);
	if (reason)
		complain_at(c->reader, action_pos(c), NULL, "Linux cannot do that to `%s`: %s",
			    c->fault->at.call_count ? syscall_get(c->fault->at.calls[0])->name
						    : trigger_name(c),
			    reason);
	else if ((reason = kernel_object_refusal(c->reader->scenario, c->fault, &object)))
		complain_at(c->reader, action_pos(c), NULL, "Linux cannot do that to `%s`: %s",
			    object, reason);
}

void check_fault(struct reader *reader, const struct node *at, const struct node *action,
		 struct fault_spec *fault)
{
	struct check c = {reader, at, action, fault};
	size_t before = reader->complaints;

	check_trigger_keys(&c);
	check_signal_keys(&c);
	if (needs[fault->action.kind].call && fault->at.kind != TRIGGER_CALL) {
		complain_at(reader, action_pos(&c), NULL, "`%s` needs a `call` trigger, not `%s`",
			    action_name(&c), trigger_name(&c));
		return;
	}
	check_phase(&c);
	check_when(&c);
	if (map_key(action, "of"))
		check_of(&c, map_value(action, "of"));
	else
		check_victim(&c);
	if (fault->action.kind == ACTION_SHORT)
		check_short(&c);
	choose_victim(&fault->action);
	if (reader->complaints == before)
		check_kernel(&c);
}
