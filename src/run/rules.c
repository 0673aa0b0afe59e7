#include <errno.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "elf/valgrind.h"
#include "run/execution.h"
#include "run/locks.h"
#include "run/made.h"
#include "run/record.h"
#include "sys/syscalls.h"

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
		if (rules->items[i].call == call && (rules->items[i].arg < 0 || arg >= 0))
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

/* The handlers that run and the calls that are made again belong to every counted call. */
static int add_trigger(struct rules *rules, const struct fault_spec *fault)
{
	int rc = 0;

	if (fault->at.kind == TRIGGER_CALL) {
		for (size_t i = 0; !rc && i < fault->at.call_count; i++)
			rc = add(rules, fault->at.calls[i], -1, 0, 0);
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

static bool is_last(const struct last_filter *last, const struct rules *rules, uint64_t only_ip)
{
	return last->rules && last->count == rules->count && last->only_ip == only_ip &&
	       memcmp(last->rules, rules->items, rules->count * sizeof(*rules->items)) == 0;
}

/* @rules become the cache's. */
static int build(struct last_filter *last, struct rules *rules, uint64_t only_ip, struct err *err)
{
	struct filter filter;
	int rc = filter_build(rules->items, rules->count, only_ip, &filter, err);

	if (rc)
		return rc;
	filter_release(&last->filter);
	free(last->rules);
	*last = (struct last_filter){TAKE_PTR(rules->items), rules->count, only_ip, filter,
				     last->no + 1};
	return 0;
}

int execution_filter(struct execution *x, const struct process_spec *spec,
		     const struct filter **ret_filter, struct err *err)
{
	struct last_filter *last = &x->worker->filter;
	struct rules rules = {NULL, 0};
	uint64_t only_ip;
	int rc = collect_rules(x, &rules);

	if (rc)
		err_errno(err, rc, "filter");
	else
		rc = guest_ip(spec, &only_ip, err);
	if (!rc && !is_last(last, &rules, only_ip))
		rc = build(last, &rules, only_ip, err);
	if (!rc)
		*ret_filter = &last->filter;
	free(rules.items);
	return rc;
}
