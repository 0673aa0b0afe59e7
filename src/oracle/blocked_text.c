#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "oracle/blocked_private.h"

void wait_say(struct wait *wait, const char *fmt, ...)
{
	size_t used = strlen(wait->text.call);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(wait->text.call + used, sizeof(wait->text.call) - used, fmt, ap);
	va_end(ap);
}

/* *@text = *@text + more; false and NULL when memory is short. */
static bool append(char **text, const char *separator, const char *more)
{
	char *longer = *text ? mem_printf("%s%s%s", *text, separator, more) : mem_strdup(more);

	free(*text);
	*text = longer;
	return longer;
}

/* Whether an earlier waker belongs to the same process as the @index-th. */
static bool is_named(const struct wait *wait, size_t index)
{
	const struct blocked_thread *threads = wait->scanner->scan.threads;
	const struct wait_node *node = wait->node;

	for (size_t i = 0; i < index; i++) {
		if (threads[node->wakers[i]].process == threads[node->wakers[index]].process)
			return true;
	}
	return false;
}

static char *waker_names(const struct wait *wait)
{
	char *names = mem_strdup(wait->text.holding);
	const char *separator = " ";

	for (size_t i = 0; names && i < wait->node->waker_count; i++) {
		const struct blocked_thread *waker =
			&wait->scanner->scan.threads[wait->node->wakers[i]];
		const struct scan_process *process = &wait->scanner->processes[waker->process];
		cleanup_free char *thread = NULL;

		if (process->in->tid_count > 1 && wait->node->waker_count == 1)
			thread = mem_printf("%s, thread %d", process->in->name, waker->tid);
		else if (is_named(wait, i))
			continue;
		append(&names, separator, thread ? thread : process->in->name);
		separator = ", ";
	}
	return names;
}

char *wait_line(const struct wait *wait)
{
	const struct wait_text *text = &wait->text;
	const struct blocked_process *process = wait_process(wait);
	cleanup_free char *thread = NULL, *wakers = NULL;

	if (process->tid_count > 1)
		thread = mem_printf(", thread %d", wait->t->tid);
	else
		thread = mem_strdup("");
	if (wait->node->waker_count && text->holding)
		wakers = waker_names(wait);
	else
		wakers = mem_strdup(text->nobody ? text->nobody : "");
	if (!thread || !wakers)
		return NULL;
	return mem_printf("%s (pid %d%s): %s waits for %s: %s", process->name, process->pid, thread,
			  text->call, text->need ? text->need : "something", wakers);
}

char *blocked_line(const struct blocked_scan *scan, size_t index)
{
	const struct blocked_thread *t = &scan->threads[index];
	static const char *const states[] = {
		[WAIT_RUNNABLE] = "runs",
		[WAIT_TIMED] = "waits for a limited time",
		[WAIT_EXTERNAL] = "waits for something outside the run",
	};

	if (t->text)
		return mem_strdup(t->text);
	return mem_printf("%s (pid %d): %s", scan->names[t->process], t->pid, states[t->state]);
}

/* The process, and the thread where the circle goes through several of one process. */
static char *cycle_name(const struct blocked_scan *scan, size_t index)
{
	const struct deadlock *deadlock = &scan->deadlock;
	const struct blocked_thread *t = &scan->threads[deadlock->cycle[index]];
	const char *name = scan->names[t->process];

	for (size_t i = 0; i < deadlock->cycle_count; i++) {
		if (i != index && scan->threads[deadlock->cycle[i]].process == t->process)
			return mem_printf("%s (thread %d)", name, t->tid);
	}
	return mem_strdup(name);
}

static bool append_cycle(char **report, const struct blocked_scan *scan)
{
	const struct deadlock *deadlock = &scan->deadlock;
	cleanup_free char *cycle = NULL;

	if (deadlock->cycle_count < 2)
		return true;
	for (size_t i = 0; i <= deadlock->cycle_count; i++) {
		cleanup_free char *name = cycle_name(scan, i % deadlock->cycle_count);

		if (!name || !append(&cycle, " → ", name))
			return false;
	}
	return append(report, "\n", "each waits for the next: ") && append(report, "", cycle);
}

char *blocked_report(const struct blocked_scan *scan)
{
	char *report = NULL;

	if (scan->deadlock.dead_count == 0)
		return mem_strdup("");
	/* those of the circle first, in its order */
	for (size_t i = 0; i < scan->deadlock.cycle_count; i++) {
		if (!append(&report, "\n", scan->threads[scan->deadlock.cycle[i]].text))
			return NULL;
	}
	for (size_t i = 0; i < scan->count; i++) {
		bool in_cycle = false;

		for (size_t k = 0; k < scan->deadlock.cycle_count; k++)
			in_cycle |= scan->deadlock.cycle[k] == i;
		if (scan->deadlock.dead[i] && !in_cycle &&
		    !append(&report, "\n", scan->threads[i].text))
			return NULL;
	}
	if (!append_cycle(&report, scan)) {
		free(report);
		return NULL;
	}
	return report;
}
