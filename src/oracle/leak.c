/*
 * leak.c - what was left behind, compared with the run without faults.
 *
 * A descriptor that is still open at exit is a leak only when the program got
 * as far as it does without the fault (the same exit status) and holds more
 * than then: an early way out may leave things open.  Files and zombies are
 * leaks whatever the exit status; but with `survives` an error that was told is
 * handled, and what stays behind it for the user or for init(1) is no finding.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

#include "oracle/internal.h"

bool oracle_needs_fault_free(const struct scenario *scenario, const struct observed *seen)
{
	if (scenario->expect.allow[FINDING_LEAK] || !scenario->fault_count)
		return false;
	if (seen->files_left.count || seen->object_count || seen->lost_count)
		return true;
	for (size_t i = 0; i < seen->process_count; i++)
		if (seen->processes[i].exit_seen &&
		    (seen->processes[i].fds_at_exit || seen->processes[i].zombies_at_exit))
			return true;
	return false;
}

static void forget(struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	list->count = 0;
}

void oracle_forget_leaks(struct observed *seen)
{
	for (size_t i = 0; i < seen->process_count; i++)
		seen->processes[i].exit_seen = false;
	forget(&seen->files_left);
	observed_forget_objects(seen);
	observed_forget_lost(seen);
}

static int add_leak(struct judgement *j, const char *process, unsigned more, const char *what)
{
	return findings_add(&j->findings, FINDING_LEAK, process, "%u %s%s left behind", more, what,
			    more == 1 ? "" : "s")
		       ? 0
		       : -ENOMEM;
}

/*
 * Whether a child that is never waited for has ended by then is a matter of
 * luck: such a child counts, ended or not, when it is there without the fault.
 */
static unsigned zombies_more(const struct observed_process *p, const struct observed_process *other)
{
	unsigned usual = other ? other->children_at_exit : 0;
	unsigned more = p->children_at_exit > usual ? p->children_at_exit - usual : 0;

	return more < p->zombies_at_exit ? more : p->zombies_at_exit;
}

static bool is_handled(const struct judgement *j)
{
	return j->scenario->expect.survives && j->fault_free && j->fault_free_again &&
	       somebody_tells(j);
}

static int judge_process(struct judgement *j, const struct observed_process *p)
{
	const struct observed_process *other = fault_free_of(j, p);
	unsigned fds = other ? other->fds_at_exit : p->fds_at_exit;
	unsigned zombies = is_handled(j) ? 0 : zombies_more(p, other);
	bool as_usual = other && other->exit_seen && !p->signaled && p->status == other->status;
	int rc = 0;

	if (!p->exit_seen)
		return 0;
	if (as_usual && p->fds_at_exit > fds)
		rc = add_leak(j, p->name, p->fds_at_exit - fds, "open descriptor");
	if (!rc && zombies)
		rc = add_leak(j, p->name, zombies, "zombie");
	return rc;
}

/* Who is killed, or still runs when the run ends, has not tidied up. */
static bool somebody_could_not(const struct judgement *j)
{
	if (is_handled(j))
		return true;
	for (size_t i = 0; i < j->seen->process_count; i++)
		if (j->seen->processes[i].signaled || j->seen->processes[i].alive)
			return true;
	return false;
}

static bool is_among(const struct strings *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], name) == 0)
			return true;
	return false;
}

static bool is_expected(const struct judgement *j, const char *name)
{
	for (size_t i = 0; i < j->scenario->expect.file_count; i++) {
		const char *path = j->scenario->expect.files[i].path;
		const char *slash = strstr(path, "${tmp}/");

		if (slash == path && strcmp(path + strlen("${tmp}/"), name) == 0)
			return true;
	}
	return false;
}

/* The number that the kernel gave it is another one in each run. */
static bool is_same_object(const struct observed_object *a, const struct observed_object *b)
{
	const char *id = strstr(a->name, " (id ");
	size_t len = id ? (size_t)(id - a->name) + strlen(" (id ") : strlen(a->name) + 1;

	return strncmp(a->name, b->name, len) == 0;
}

static size_t count_same(const struct observed *seen, size_t end, const struct observed_object *as)
{
	size_t count = 0;

	for (size_t i = 0; i < end; i++)
		count += is_same_object(&seen->objects_left[i], as);
	return count;
}

/* The run without faults leaves as many of the same. */
static bool is_usual(const struct judgement *j, size_t index)
{
	const struct observed *seen = j->seen, *usual = j->fault_free;
	const struct observed_object *left = &seen->objects_left[index];

	return usual &&
	       count_same(seen, index, left) < count_same(usual, usual->object_count, left);
}

/* With `objects: none` also what the fault-free run leaves is too much. */
static int judge_objects(struct judgement *j)
{
	const struct observed *seen = j->seen;
	bool none = j->scenario->expect.no_objects;

	for (size_t i = 0; (none || !somebody_could_not(j)) && i < seen->object_count; i++) {
		if (!none && is_usual(j, i))
			continue;
		if (!findings_add(&j->findings, FINDING_LEAK, seen->objects_left[i].process,
				  "%s left behind", seen->objects_left[i].name))
			return -ENOMEM;
	}
	return 0;
}

/* The same place in the program. */
static bool is_same_stack(const struct stack *a, const struct stack *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; i < a->count && same; i++) {
		const struct frame *x = &a->frames[i], *y = &b->frames[i];

		same = x->line == y->line && text_is_same(x->function, y->function) &&
		       text_is_same(x->file, y->file) && text_is_same(x->module, y->module);
	}
	return same;
}

static uint64_t blocks_usually_lost(const struct judgement *j, const struct observed_lost *lost)
{
	uint64_t blocks = 0;

	for (size_t i = 0; j->fault_free && i < j->fault_free->lost_count; i++) {
		const struct observed_lost *other = &j->fault_free->lost[i];

		if (text_is_same(other->process, lost->process) &&
		    is_same_stack(&other->stack, &lost->stack))
			blocks += other->blocks;
	}
	return blocks;
}

/* Memory that is lost only where the fault leads to. */
static int judge_memory(struct judgement *j)
{
	for (size_t i = 0; i < j->seen->lost_count; i++) {
		const struct observed_lost *lost = &j->seen->lost[i];
		struct finding *finding;

		if (lost->blocks <= blocks_usually_lost(j, lost))
			continue;
		finding =
			findings_add(&j->findings, FINDING_LEAK, lost->process,
				     "%llu byte%s of memory lost, allocated here",
				     (unsigned long long)lost->bytes, lost->bytes == 1 ? "" : "s");
		if (!finding || stack_copy(&lost->stack, &finding->stack))
			return -ENOMEM;
	}
	return 0;
}

int judge_leaks(struct judgement *j, struct err *err)
{
	const struct strings *left = &j->seen->files_left;
	int rc = 0;

	(void)err;
	if (was_cut_off(j) || j->scenario->expect.allow[FINDING_LEAK])
		return 0;
	for (size_t i = 0; !rc && i < j->seen->process_count; i++)
		rc = judge_process(j, &j->seen->processes[i]);
	for (size_t i = 0; !rc && !somebody_could_not(j) && i < left->count; i++)
		if (!is_expected(j, left->items[i]) &&
		    !(j->fault_free && is_among(&j->fault_free->files_left, left->items[i])))
			rc = findings_add(&j->findings, FINDING_LEAK, NULL,
					  "file ${tmp}/%s left behind", left->items[i])
				     ? 0
				     : -ENOMEM;
	rc = rc ? rc : judge_objects(j);
	return rc ? rc : judge_memory(j);
}
