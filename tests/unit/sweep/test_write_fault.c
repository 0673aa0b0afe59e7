#include "sweep/write.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"
#include "recorded.h"

static bool is_same_list(const int *a, size_t a_count, const int *b, size_t b_count)
{
	return a_count == b_count && (!a_count || memcmp(a, b, a_count * sizeof(*a)) == 0);
}

static bool is_same_selector(const struct selector *a, const struct selector *b)
{
	return a->process == b->process && a->part == b->part && a->child == b->child;
}

static bool is_same_count(const struct count_spec *a, const struct count_spec *b)
{
	return a->kind == b->kind && a->list_count == b->list_count && a->first == b->first &&
	       a->last == b->last && a->every == b->every && a->chance == b->chance &&
	       (!a->list_count || memcmp(a->list, b->list, a->list_count * sizeof(*a->list)) == 0);
}

static int compare_ints(const void *left, const void *right)
{
	const int *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* In which order they are named, and how often, means nothing. */
static void sort_named(struct trigger_spec *at)
{
	size_t count = 0;

	if (at->named_count)
		qsort(at->named, at->named_count, sizeof(int), compare_ints);
	for (size_t i = 0; i < at->named_count; i++)
		if (!count || at->named[count - 1] != at->named[i])
			at->named[count++] = at->named[i];
	at->named_count = count;
}

static bool is_same_named(struct trigger_spec *a, struct trigger_spec *b)
{
	sort_named(a);
	sort_named(b);
	return a->families == b->families &&
	       is_same_list(a->named, a->named_count, b->named, b->named_count) &&
	       is_same_list(a->calls, a->call_count, b->calls, b->call_count);
}

static bool is_same_on(const struct on_spec *a, const struct on_spec *b)
{
	return a->kind == b->kind && a->channel == b->channel && a->fd_kind == b->fd_kind &&
	       a->fd == b->fd && text_is_same(a->glob, b->glob);
}

static bool is_same_trigger(struct trigger_spec *a, struct trigger_spec *b)
{
	return a->kind == b->kind && a->phase == b->phase &&
	       is_same_selector(&a->process, &b->process) && is_same_named(a, b) &&
	       text_is_same(a->function, b->function) && a->output.kind == b->output.kind &&
	       text_is_same(a->output.text, b->output.text) && a->elapsed_ns == b->elapsed_ns &&
	       a->steps == b->steps && a->channel == b->channel && a->after == b->after &&
	       is_same_on(&a->on, &b->on) && text_is_same(a->site, b->site) &&
	       a->thread == b->thread && text_is_same(a->thread_name, b->thread_name) &&
	       is_same_count(&a->count, &b->count);
}

static bool is_same_action(const struct action_spec *a, const struct action_spec *b)
{
	return a->kind == b->kind && a->error == b->error && a->value == b->value &&
	       a->cut == b->cut && a->bytes == b->bytes && a->signal == b->signal &&
	       a->when == b->when && a->nested == b->nested && a->burst == b->burst &&
	       a->time_ns == b->time_ns && a->limit.kind == b->limit.kind &&
	       a->limit.value == b->limit.value && a->shutdown_how == b->shutdown_how &&
	       a->on == b->on && is_same_selector(&a->of_process, &b->of_process) &&
	       a->of_channel == b->of_channel;
}

static void expect_same(const struct scenario *a, const struct scenario *b, const char *text)
{
	cr_assert(eq(sz, a->fault_count, b->fault_count), "%s", text);
	cr_expect(a->model == b->model, "%s", text);
	for (size_t i = 0; i < a->fault_count; i++) {
		cr_expect(eq(str, a->faults[i].name, b->faults[i].name));
		cr_expect(is_same_trigger(&a->faults[i].at, &b->faults[i].at), "`at` of %s in\n%s",
			  a->faults[i].name, text);
		cr_expect(is_same_action(&a->faults[i].action, &b->faults[i].action),
			  "`do` of %s in\n%s", a->faults[i].name, text);
	}
	for (size_t i = 0; i < a->process_count; i++)
		cr_expect(a->processes[i].start.fault == b->processes[i].start.fault, "%s", text);
}

static void expect_writable(const struct scenario *scenario)
{
	struct scenario_file again;
	struct err err = ERR_INIT;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int rc = scenario_write(scenario, NULL, out, &err);

	fclose(out);
	cr_assert(eq(int, rc, 0), "%s: %s", scenario->file, err.text);
	expect_same(scenario, read_one(text, &again), text);
	scenario_file_release(&again);
	free(text);
}

#define WITH(fault)                                                                                \
	"scenario: what none of the bundled ones has\n"                                            \
	"mechanism: pipe\n"                                                                        \
	"model: adversarial\n"                                                                     \
	"channels: {data: pipe, board: {shm: {size: 4096}}}\n"                                     \
	"processes: {one: {run: [/bin/true], stdout: data}, two: {run: [/bin/true]}}\n"            \
	"faults:\n  - name: first\n    at: {elapsed: 1500us}\n    do: {kill: SIGKILL, of: two}\n"  \
	"  - " fault "\n"

static const char *const texts[] = {
	WITH("{at: {process: one, call: [reads, write, open], on: pipe}, do: {return: -7}}"),
	WITH("{at: {call: write, every: 3, site: main}, do: {short: half}}"),
	WITH("{at: {call: write, chance: 0.1, thread: worker}, do: {short: {at: 7}}}"),
	WITH("{at: {function: 'x.c:12', process: one, phase: return}, do: {delay: 50ms}}"),
	WITH("{at: {output: '/a b/', process: one}, do: {stop: forever, of: one}}"),
	WITH("{at: {access: board, process: two, nth: [3, 7]}, do: {corrupt: {bits: 3}}}"),
	WITH("{at: {lock: held, steps: 9, process: two}, do: {signal: SIGUSR1, nested: true}}"),
	WITH("{at: {call: read, on: '/tmp/*', phase: blocked}, do: {wake: true}}"),
	WITH("{at: {call: read, on: data, phase: exit}, do: {signal: SIGUSR1}}"),
	WITH("{at: {call: write, on: data}, do: {close-peer: all}}"),
	WITH("{at: {call: write, on: data}, do: {shutdown: read}}"),
	WITH("{at: {call: write, on: data}, do: {nonblock: false}}"),
	WITH("{at: {call: write}, do: {limit: {nofile: 8}}}"),
	WITH("{at: {call: sendto}, do: {truncate-message: 0}}"),
	WITH("{at: {after: first}, do: {truncate: 0, of: board}}"),
	WITH("{at: {started: true, process: one/main}, do: {pulse: 70us}}"),
	WITH("{at: {call: write}, do: {tear: 4}}"),
};

Test(sweep_write_fault, any_fault_is_written_so_that_it_means_the_same)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct scenario_file file;
		struct err err = ERR_INIT;

		cr_assert(eq(int,
			     scenario_text_read("/folder/test.scn", texts[i], strlen(texts[i]),
						NULL, &file, &err),
			     0));
		cr_assert(eq(sz, file.problems.count, 0), "%s", texts[i]);
		expect_writable(file.scenarios[0]);
		scenario_file_release(&file);
	}
}

Test(sweep_write_fault, all_bundled_scenarios_can_be_written)
{
	glob_t found;
	size_t with_faults = 0;

	cr_assert(eq(int, glob("scenarios/*.scn", 0, NULL, &found), 0));
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct scenario_file file;
		struct err err = ERR_INIT;

		cr_assert(eq(int, scenario_file_read(found.gl_pathv[i], NULL, &file, &err), 0));
		for (size_t k = 0; k < file.count; k++) {
			expect_writable(file.scenarios[k]);
			with_faults += file.scenarios[k]->fault_count > 0;
		}
		scenario_file_release(&file);
	}
	cr_expect(gt(sz, with_faults, 300));
	globfree(&found);
}
