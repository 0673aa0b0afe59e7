#include <errno.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "base/mem.h"
#include "base/util.h"
#include "elf/valgrind.h"
#include "run/execution.h"
#include "run/locks.h"
#include "run/made.h"
#include "run/record.h"
#include "sys/syscalls.h"

#define FDS_APART 16

struct rules {
	struct filter_rule *items;
	size_t count;
};

static int add(struct rules *rules, int call, int arg, uint64_t mask, uint64_t value)
{
	struct filter_rule *rule;

	if (call == SYSCALL_NONE)
		return 0;
	for (size_t i = 0; i < rules->count; i++)
		if (rules->items[i].call == call &&
		    (rules->items[i].arg < 0 ||
		     (rules->items[i].arg == arg && rules->items[i].mask == mask &&
		      rules->items[i].value == value)))
			return 0;
	rule = mem_append(&rules->items, &rules->count, sizeof(*rule));
	if (!rule)
		return -ENOMEM;
	*rule = (struct filter_rule){call, arg, mask, value};
	return 0;
}

static int add_name(struct rules *rules, const char *name)
{
	return add(rules, syscall_from_name(name), -1, 0, 0);
}

static int add_family(struct rules *rules, unsigned family)
{
	int rc = 0;

	for (int id = 0; !rc && id < (int)syscall_count(); id++)
		if (syscall_get(id)->families & family)
			rc = add(rules, id, -1, 0, 0);
	return rc;
}

/* What the engine must see of any program; see note_call() in engine/calls.c. */
static int add_always(struct execution *x, struct rules *rules)
{
	static const char *const names[] = {"clone3", "io_uring_setup", "seccomp", "setitimer",
					    "alarm"};
	struct maker_rule maker;
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_SIZE(names); i++)
		rc = add_name(rules, names[i]);
	if (!rc)
		rc = add(rules, syscall_from_name("clone"), 0, CLONE_UNTRACED, CLONE_UNTRACED);
	if (!rc)
		rc = add(rules, syscall_from_name("prctl"), 0, UINT64_MAX, PR_SET_SECCOMP);
	if (!rc && x->engine.pinned)
		rc = add_name(rules, "sched_getaffinity");
	if (!rc && !x->scenario->expect.allow[FINDING_LEAK])
		rc = add_name(rules, "exit_group");
	for (size_t i = 0; !rc && made_rule(x, i, &maker); i++)
		rc = add(rules, maker.call, maker.arg, maker.mask, maker.value);
	return rc;
}

/* dlopen(3): code that is mapped later may hold what a trigger looks for. */
static bool looks_for_code(const struct trigger_spec *at)
{
	return at->kind == TRIGGER_FUNCTION || at->kind == TRIGGER_LOCK || at->site;
}

/* Of a descriptor by its number the others need not stop; each number is a filter of its own. */
static int add_call(struct rules *rules, int call, const struct on_spec *on)
{
	const struct syscall_row *row = syscall_get(call);

	if (on->kind == ON_FD && on->fd >= 0 && on->fd < FDS_APART && row && row->fd_arg >= 0)
		return add(rules, call, row->fd_arg, UINT32_MAX, (uint64_t)on->fd);
	return add(rules, call, -1, 0, 0);
}

/* The handlers that run and the calls that are made again belong to every counted call. */
static int add_trigger(struct rules *rules, const struct fault_spec *fault)
{
	int rc = 0;

	if (fault->at.kind == TRIGGER_CALL) {
		for (size_t i = 0; !rc && i < fault->at.call_count; i++)
			rc = add_call(rules, fault->at.calls[i], &fault->at.on);
		rc = rc ? rc : add_name(rules, "restart_syscall");
	}
	for (size_t i = 0; !rc && fault->at.kind == TRIGGER_LOCK && lock_calls[i]; i++)
		rc = add_name(rules, lock_calls[i]);
	for (int id = 0; !rc && fault->at.kind == TRIGGER_ACCESS && id < (int)syscall_count(); id++)
		rc = add(rules, id, -1, 0, 0);
	if (!rc && looks_for_code(&fault->at))
		rc = add(rules, syscall_from_name("mmap"), 2, PROT_EXEC, PROT_EXEC);
	rc = rc ? rc : add_name(rules, "rt_sigreturn");
	if (!rc && fault->action.kind == ACTION_FILL)
		rc = add_family(rules, FAMILY_READS | FAMILY_RECEIVES);
	if (!rc && fault->action.kind == ACTION_REORDER)
		rc = add_family(rules, FAMILY_WRITES | FAMILY_SENDS);
	return rc;
}

/* Under valgrind only the calls that it makes for the program may stop. */
static int guest_ip(const struct process_spec *spec, uint64_t *ret_ip, struct err *err)
{
	*ret_ip = 0;
	if (spec->under == UNDER_NONE)
		return 0;
	return valgrind_guest_syscall(vocab_name(&under_vocab, (int)spec->under), ret_ip, err);
}

static int collect_rules(struct execution *x, struct rules *rules)
{
	int rc = add_always(x, rules);

	for (size_t i = 0; !rc && x->with_faults && i < x->scenario->fault_count; i++)
		rc = add_trigger(rules, &x->scenario->faults[i]);
	if (!rc && x->engine.options.want_handlers)
		rc = add_name(rules, "rt_sigreturn");
	for (int id = 0; !rc && x->recorder && id < (int)syscall_count(); id++)
		if (recorder_wants(id))
			rc = add(rules, id, -1, 0, 0);
	if (!rc && x->recorder)
		rc = add_name(rules, "restart_syscall");
	if (!rc && x->watch_output)
		rc = add_family(rules, FAMILY_WRITES);
	return rc;
}

static bool is_for(const struct known_filter *known, const struct rules *rules, uint64_t only_ip)
{
	return known->no && known->count == rules->count && known->only_ip == only_ip &&
	       memcmp(known->rules, rules->items, rules->count * sizeof(*rules->items)) == 0;
}

static struct known_filter *find_known(struct known_filters *filters, const struct rules *rules,
				       uint64_t only_ip)
{
	for (size_t i = 0; i < FILTERS_MAX; i++)
		if (is_for(&filters->items[i], rules, only_ip))
			return &filters->items[i];
	return NULL;
}

static void known_release(struct known_filter *known)
{
	filter_release(&known->filter);
	free(known->rules);
	*known = (struct known_filter){.rules = NULL};
}

void filters_release(struct known_filters *filters)
{
	for (size_t i = 0; i < FILTERS_MAX; i++)
		known_release(&filters->items[i]);
}

/* A free one, or the one that nobody has needed for the longest time. */
static struct known_filter *choose_place(struct known_filters *filters)
{
	struct known_filter *oldest = &filters->items[0];

	for (size_t i = 1; i < FILTERS_MAX; i++)
		if (filters->items[i].asked < oldest->asked)
			oldest = &filters->items[i];
	return oldest;
}

/* @rules become the cache's. */
static int build(struct known_filters *filters, struct rules *rules, uint64_t only_ip,
		 struct known_filter **ret_known, struct err *err)
{
	struct known_filter *known = choose_place(filters);
	struct filter filter;
	int rc = filter_build(rules->items, rules->count, only_ip, &filter, err);

	if (rc)
		return rc;
	known_release(known);
	*known = (struct known_filter){.rules = rules->items,
				       .count = rules->count,
				       .only_ip = only_ip,
				       .filter = filter,
				       .no = ++filters->built};
	rules->items = NULL;
	*ret_known = known;
	return 0;
}

int execution_filter(struct execution *x, const struct process_spec *spec,
		     const struct filter **ret_filter, struct err *err)
{
	struct known_filters *filters = &x->worker->filters;
	struct known_filter *known = NULL;
	struct rules rules = {NULL, 0};
	uint64_t only_ip;
	int rc = collect_rules(x, &rules);

	if (rc)
		err_errno(err, rc, "filter");
	else
		rc = guest_ip(spec, &only_ip, err);
	if (!rc) {
		known = find_known(filters, &rules, only_ip);
		rc = known ? 0 : build(filters, &rules, only_ip, &known, err);
	}
	if (!rc) {
		known->asked = ++filters->clock;
		x->filter_no = known->no;
		*ret_filter = &known->filter;
	}
	free(rules.items);
	return rc;
}
