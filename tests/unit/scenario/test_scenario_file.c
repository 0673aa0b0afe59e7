#include "scenario/scenario_file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"
#include "lib.h"
#include "lib/fault.h"
#include "lib/tmpdir.h"
#include "sys/syscalls.h"

/* The example of the manual. */
static const char example[] =
	"scenario: the writer survives when its reader goes away\n"
	"mechanism: pipe\n"
	"channels:\n"
	"  data: pipe\n"
	"processes:\n"
	"  writer: {run: [\"${harness}/pipe-writer\", --records, 1000], stdout: data}\n"
	"  reader: {run: [\"${harness}/pipe-reader\"], stdin: data}\n"
	"faults:\n"
	"  - name: reader leaves\n"
	"    at: {process: writer, call: write, on: data, nth: 3}\n"
	"    do: {close-peer: all}\n"
	"expect:\n"
	"  writer: {exit: 3, stderr: /reader has gone/}\n"
	"  reader: {exit: 0}\n"
	"  within: 2s\n"
	"control:                                   # the same faults must catch a program\n"
	"  writer: {run: [\"${harness}/pipe-writer-naive\", --records, 1000]}\n"
	"  caught: {writer: sigpipe}\n";

Test(scenario_file, reads_the_example)
{
	struct scenario_file file = read_good(example);
	const struct scenario *s = file.scenarios[0];
	const struct process_spec *writer = &s->processes[0];
	const struct fault_spec *fault = &s->faults[0];

	cr_expect(eq(str, s->file, "test.scn"));
	cr_expect(eq(str, s->title, "the writer survives when its reader goes away"));
	cr_expect(eq(int, s->mechanism, MECHANISM_PIPE));
	cr_assert(eq(sz, s->channel_count, 1));
	cr_expect(eq(str, s->channels[0].name, "data"));
	cr_expect(eq(int, s->channels[0].kind, CHANNEL_PIPE));
	cr_assert(eq(sz, s->process_count, 2));
	cr_expect(eq(str, writer->name, "writer"));
	cr_assert(eq(sz, writer->argv.count, 3));
	cr_expect(eq(str, writer->argv.items[0], "${harness}/pipe-writer"));
	cr_expect(eq(str, writer->argv.items[2], "1000"));
	cr_expect(eq(int, writer->out.kind, STDIO_CHANNEL));
	cr_expect(eq(int, writer->out.channel, 0));
	cr_expect(eq(int, writer->pos.line, 6));
	cr_expect(eq(int, writer->pos.col, 3));
	cr_assert(eq(sz, s->fault_count, 1));
	cr_expect(eq(str, fault->name, "reader leaves"));
	cr_expect(eq(int, fault->at.kind, TRIGGER_CALL));
	cr_expect(eq(int, fault->at.process.process, 0));
	cr_assert(eq(sz, fault->at.call_count, 1));
	cr_expect(eq(int, fault->at.calls[0], syscall_from_name("write")));
	cr_expect(eq(int, fault->at.on.kind, ON_CHANNEL));
	cr_assert(eq(sz, fault->at.count.list_count, 1));
	cr_expect(eq(u64, fault->at.count.list[0], 3));
	cr_expect(eq(int, fault->action.kind, ACTION_CLOSE_PEER));
	cr_expect(eq(int, s->expect.processes[0].exit, EXIT_STATUS));
	cr_expect(eq(int, s->expect.processes[0].statuses[0], 3));
	cr_expect(eq(int, s->expect.processes[0].err.kind, MATCH_REGEX));
	cr_expect(eq(str, s->expect.processes[0].err.text, "reader has gone"));
	cr_expect(eq(u64, s->expect.within_ns, 2 * NS_PER_S));
	cr_assert(s->control.present);
	cr_expect(eq(str, s->control.processes[0].name, "writer"));
	cr_expect(eq(str, s->control.processes[0].argv.items[0], "${harness}/pipe-writer-naive"));
	cr_expect(eq(int, s->control.processes[0].out.kind, STDIO_CHANNEL), "it is inherited");
	cr_expect(eq(ptr, s->control.processes[1].name, NULL));
	cr_assert(eq(sz, s->control.caught_count, 1));
	cr_expect(eq(int, s->control.caught[0].process, 0));
	cr_expect(s->control.caught[0].kinds[FINDING_SIGPIPE]);
	scenario_file_release(&file);
}

Test(scenario_file, has_defaults)
{
	struct scenario_file file = read_good(
		SCN_HEAD "faults:\n"
			 "  - {at: {process: writer, call: write}, do: {signal: SIGUSR1}}\n"
			 "  - {at: {started: true}, do: {delay: 1ms}}\n");
	const struct scenario *s = file.scenarios[0];
	const struct trigger_spec *at = &s->faults[0].at;

	cr_expect(eq(u64, s->deadline_ns, 10 * NS_PER_S));
	cr_expect(eq(uint, s->repeat, 1));
	cr_expect(not(s->seed_given));
	cr_expect(eq(int, s->model, MODEL_KERNEL));
	cr_expect(eq(uint, s->processes[0].copies, 1));
	cr_expect(eq(int, s->processes[0].start.of, INDEX_NONE));
	cr_expect(eq(int, s->processes[0].start.fault, INDEX_NONE));
	cr_expect(eq(int, s->processes[0].in.kind, STDIO_DEFAULT));
	cr_expect(eq(int, s->expect.processes[0].exit, EXIT_DEFAULT));
	cr_expect(eq(str, s->faults[0].name, "fault 1"));
	cr_expect(eq(str, s->faults[1].name, "fault 2"));
	cr_expect(eq(int, at->phase, PHASE_ENTRY));
	cr_expect(eq(int, at->on.kind, ON_ANY));
	cr_expect(eq(int, at->count.kind, COUNT_LIST));
	cr_assert(eq(sz, at->count.list_count, 1));
	cr_expect(eq(u64, at->count.list[0], 1));
	cr_expect(eq(int, s->faults[1].at.process.process, INDEX_NONE));
	cr_expect(eq(uint, s->faults[0].action.burst, 1));
	cr_expect(eq(int, s->faults[0].action.when, WHEN_PENDING));
	cr_expect(eq(int, s->faults[0].action.of_process.process, INDEX_NONE));
	cr_expect(eq(int, s->faults[0].action.of_channel, INDEX_NONE));
	cr_expect(not(s->control.present));
	scenario_file_release(&file);
}

Test(scenario_file, processes_have_all_their_keys)
{
	struct scenario_file file = read_good(
		"scenario: x\nmechanism: fifo\n"
		"channels:\n"
		"  a: {pipe: {capacity: 64K}}\n"
		"  b: {fifo: b.fifo, capacity: 4096}\n"
		"  c: fifo\n"
		"processes:\n"
		"  server:\n"
		"    run: exec server ${b}\n"
		"    stdin: {text: \"one\\ntwo\\n\"}\n"
		"    stdout: ./out.txt\n"
		"    stderr: {file: err}\n"
		"    fds: {3: a.read, 10: a.write, 11: b}\n"
		"    env: {LANG: C, HOME: null, N: 5}\n"
		"    cwd: ${tmp}\n"
		"    under: memcheck\n"
		"    limits: {nofile: 16, as: 64M}\n"
		"    count: 4\n"
		"    place: {process: node0, memory: node11}\n"
		"  client:\n"
		"    run: [client]\n"
		"    start: {after: {output: /ready|up/, of: server}}\n"
		"  late:\n"
		"    run: [late]\n"
		"    start: {after: {fault: f}}\n"
		"faults: [{name: f, at: {process: server, call: read}, do: {pulse: 20ms}}]\n");
	const struct scenario *s = file.scenarios[0];
	const struct process_spec *p = s->processes;

	cr_expect(eq(u64, s->channels[0].capacity, 65536));
	cr_expect(eq(int, s->channels[1].kind, CHANNEL_FIFO));
	cr_expect(eq(str, s->channels[1].path, "b.fifo"));
	cr_expect(eq(u64, s->channels[1].capacity, 4096));
	cr_expect(eq(str, s->channels[2].path, "c"));
	cr_expect(eq(str, p->shell, "exec server ${b}"));
	cr_expect(eq(sz, p->argv.count, 0));
	cr_expect(eq(int, p->in.kind, STDIO_TEXT));
	cr_expect(eq(str, p->in.text, "one\ntwo\n"));
	cr_expect(eq(int, p->out.kind, STDIO_FILE));
	cr_expect(eq(str, p->out.text, "./out.txt"));
	cr_expect(eq(str, p->err.text, "err"));
	cr_assert(eq(sz, p->fd_count, 3));
	cr_expect(eq(int, p->fds[1].fd, 10));
	cr_expect(eq(int, p->fds[1].end, END_WRITE));
	cr_expect(eq(int, p->fds[2].end, END_BOTH));
	cr_assert(eq(sz, p->env_count, 3));
	cr_expect(eq(str, p->env[0].value, "C"));
	cr_expect(eq(ptr, p->env[1].value, NULL));
	cr_expect(eq(str, p->env[2].value, "5"));
	cr_expect(eq(str, p->cwd, "${tmp}"));
	cr_expect(eq(int, p->under, UNDER_MEMCHECK));
	cr_assert(eq(sz, p->limit_count, 2));
	cr_expect(eq(u64, p->limits[1].value, 64 << 20));
	cr_expect(eq(uint, p->copies, 4));
	cr_expect(eq(uint, p->place.process, 1));
	cr_expect(eq(uint, p->place.memory, 12));
	cr_expect(eq(uint, p[1].place.process, 0));
	cr_expect(eq(uint, p[1].place.memory, 0));
	cr_expect(eq(int, p[1].start.of, 0));
	cr_expect(eq(str, p[1].start.output.text, "ready|up"));
	cr_expect(eq(int, p[1].start.output.kind, MATCH_REGEX));
	cr_expect(eq(int, p[2].start.fault, 0));
	cr_expect(eq(int, p[2].start.of, INDEX_NONE));
	scenario_file_release(&file);
}

/* One fault; the scenario is kept in @file. */
static const struct fault_spec *read_fault(const char *at, const char *action,
					   struct scenario_file *file)
{
	char text[1000];

	snprintf(text, sizeof(text), SCN_HEAD "faults: [{at: {%s}, do: {%s}}]\n", at, action);
	*file = read_good(text);
	return &file->scenarios[0]->faults[0];
}

#define CALL "process: writer, call: write"

Test(scenario_file, counts)
{
	static const struct {
		const char *at;
		struct count_spec want;
		uint64_t list[4];
	} rows[] = {
		{CALL, {.kind = COUNT_LIST, .list_count = 1}, {1}},
		{CALL ", nth: 3", {.kind = COUNT_LIST, .list_count = 1}, {3}},
		{CALL ", nth: [7, 3, 5]", {.kind = COUNT_LIST, .list_count = 3}, {3, 5, 7}},
		{CALL ", nth: 3..7", {.kind = COUNT_RANGE, .first = 3, .last = 7}, {0}},
		{CALL ", nth: 3..", {.kind = COUNT_RANGE, .first = 3, .last = UINT64_MAX}, {0}},
		{CALL ", every: 5", {.kind = COUNT_EVERY, .every = 5}, {0}},
		{CALL ", chance: 0.25", {.kind = COUNT_CHANCE, .chance = 0.25}, {0}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct scenario_file file;
		const struct count_spec *got =
			&read_fault(rows[i].at, "delay: 1ms", &file)->at.count;

		cr_expect(eq(int, got->kind, rows[i].want.kind), "%s", rows[i].at);
		cr_assert(eq(sz, got->list_count, rows[i].want.list_count), "%s", rows[i].at);
		for (size_t k = 0; k < got->list_count; k++)
			cr_expect(eq(u64, got->list[k], rows[i].list[k]), "%s", rows[i].at);
		cr_expect(eq(u64, got->first, rows[i].want.first), "%s", rows[i].at);
		cr_expect(eq(u64, got->last, rows[i].want.last), "%s", rows[i].at);
		cr_expect(eq(u64, got->every, rows[i].want.every), "%s", rows[i].at);
		cr_expect(eq(dbl, got->chance, rows[i].want.chance), "%s", rows[i].at);
		scenario_file_release(&file);
	}
}

Test(scenario_file, triggers)
{
	static const struct {
		const char *at;
		struct trigger_spec want;
	} rows[] = {
		{CALL ", phase: blocked", {.kind = TRIGGER_CALL, .phase = PHASE_BLOCKED}},
		{CALL ", phase: exit", {.kind = TRIGGER_CALL, .phase = PHASE_EXIT}},
		{"function: main", {.kind = TRIGGER_FUNCTION, .function = "main"}},
		{"function: a.c:42, phase: return",
		 {.kind = TRIGGER_FUNCTION, .function = "a.c:42", .phase = PHASE_RETURN}},
		{"output: ready", {.kind = TRIGGER_OUTPUT}},
		{"elapsed: 50ms", {.kind = TRIGGER_ELAPSED, .elapsed_ns = 50000000}},
		{"started: true", {.kind = TRIGGER_STARTED}},
		{CALL ", site: flush", {.kind = TRIGGER_CALL, .site = "flush"}},
		{CALL ", thread: 2", {.kind = TRIGGER_CALL, .thread = 2}},
		{CALL ", thread: worker", {.kind = TRIGGER_CALL, .thread_name = "worker"}},
		{CALL ", on: tcp",
		 {.kind = TRIGGER_CALL, .on = {.kind = ON_FD_KIND, .fd_kind = FD_KIND_TCP}}},
		{CALL ", on: {fd: 5}", {.kind = TRIGGER_CALL, .on = {.kind = ON_FD, .fd = 5}}},
		{CALL ", on: /tmp/*.log",
		 {.kind = TRIGGER_CALL, .on = {.kind = ON_PATH, .glob = "/tmp/*.log"}}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct scenario_file file;
		const struct trigger_spec *want = &rows[i].want;
		const struct trigger_spec *got =
			&read_fault(rows[i].at, "kill: SIGKILL, of: reader", &file)->at;

		cr_expect(eq(int, got->kind, want->kind), "%s", rows[i].at);
		cr_expect(eq(int, got->phase, want->phase), "%s", rows[i].at);
		cr_expect(eq(u64, got->elapsed_ns, want->elapsed_ns), "%s", rows[i].at);
		cr_expect(eq(int, got->thread, want->thread), "%s", rows[i].at);
		cr_expect(eq(int, got->on.kind, want->on.kind), "%s", rows[i].at);
		cr_expect(eq(int, got->on.fd, want->on.fd), "%s", rows[i].at);
		cr_expect(eq(int, got->on.fd_kind, want->on.fd_kind), "%s", rows[i].at);
		cr_expect(eq(str, got->on.glob ? got->on.glob : "",
			     want->on.glob ? want->on.glob : ""));
		cr_expect(eq(str, got->function ? got->function : "",
			     want->function ? want->function : ""));
		cr_expect(eq(str, got->site ? got->site : "", want->site ? want->site : ""));
		cr_expect(eq(str, got->thread_name ? got->thread_name : "",
			     want->thread_name ? want->thread_name : ""));
		scenario_file_release(&file);
	}
}

Test(scenario_file, calls_are_names_lists_and_families)
{
	struct scenario_file file;
	const struct trigger_spec *at =
		&read_fault("call: [write, reads, read, write]", "delay: 1ms", &file)->at;
	bool found = false;

	cr_assert(ge(sz, at->call_count, 4));
	for (size_t i = 0; i < at->call_count; i++) {
		const struct syscall_row *row = syscall_get(at->calls[i]);

		cr_expect(row->families & FAMILY_READS || strcmp(row->name, "write") == 0, "%s",
			  row->name);
		if (i)
			cr_expect(lt(int, at->calls[i - 1], at->calls[i]), "ascending, each once");
		found |= strcmp(row->name, "readv") == 0;
	}
	cr_expect(found);
	scenario_file_release(&file);
}

Test(scenario_file, selectors)
{
	static const struct {
		const char *at;
		struct selector want;
	} rows[] = {
		{"process: reader, started: true", {1, SELECT_TREE, 0}},
		{"process: writer/main, started: true", {0, SELECT_MAIN, 0}},
		{"process: \"reader/child[2]\", started: true", {1, SELECT_CHILD, 2}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct scenario_file file;
		struct selector got = read_fault(rows[i].at, "delay: 1ms", &file)->at.process;

		cr_expect(eq(int, got.process, rows[i].want.process), "%s", rows[i].at);
		cr_expect(eq(int, got.part, rows[i].want.part), "%s", rows[i].at);
		cr_expect(eq(uint, got.child, rows[i].want.child), "%s", rows[i].at);
		scenario_file_release(&file);
	}
}

Test(scenario_file, actions)
{
	static const struct {
		const char *action;
		struct action_spec want;
	} rows[] = {
		{"errno: EAGAIN", {.kind = ACTION_ERRNO, .error = EAGAIN}},
		{"errno-after: EIO", {.kind = ACTION_ERRNO_AFTER, .error = EIO}},
		{"return: -3", {.kind = ACTION_RETURN, .value = -3}},
		{"short: 1", {.kind = ACTION_SHORT, .cut = SHORT_BYTES, .bytes = 1}},
		{"short: half", {.kind = ACTION_SHORT, .cut = SHORT_HALF}},
		{"short: {at: 7}", {.kind = ACTION_SHORT, .cut = SHORT_BYTES, .bytes = 7}},
		{"signal: SIGUSR1", {.kind = ACTION_SIGNAL, .signal = SIGUSR1}},
		{"signal: SIGUSR1, when: before, nested: true, burst: 20",
		 {.kind = ACTION_SIGNAL, .signal = SIGUSR1, .when = WHEN_BEFORE, .nested = true}},
		{"pulse: 20ms", {.kind = ACTION_PULSE, .time_ns = 20000000}},
		{"kill: SIGKILL", {.kind = ACTION_KILL, .signal = SIGKILL}},
		{"delay: 50ms", {.kind = ACTION_DELAY, .time_ns = 50000000}},
		{"stop: forever", {.kind = ACTION_STOP, .time_ns = STOP_FOREVER}},
		{"stop: 1s", {.kind = ACTION_STOP, .time_ns = NS_PER_S}},
		{"close-peer: all", {.kind = ACTION_CLOSE_PEER}},
		{"capacity: 4096", {.kind = ACTION_CAPACITY, .bytes = 4096}},
		{"fill: true", {.kind = ACTION_FILL, .on = true}},
		{"drain: yes", {.kind = ACTION_DRAIN, .on = true}},
		{"limit: {nofile: 8}", {.kind = ACTION_LIMIT, .limit = {LIMIT_NOFILE, 8}}},
		{"limit: {nproc: 0}", {.kind = ACTION_LIMIT, .limit = {LIMIT_NPROC, 0}}},
		{"nonblock: true", {.kind = ACTION_NONBLOCK, .on = true}},
		{"nonblock: false", {.kind = ACTION_NONBLOCK}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct scenario_file file;
		const struct action_spec *want = &rows[i].want;
		const struct action_spec *got = &read_fault(CALL, rows[i].action, &file)->action;

		cr_expect(eq(int, got->kind, want->kind), "%s", rows[i].action);
		cr_expect(eq(int, got->error, want->error), "%s", rows[i].action);
		cr_expect(eq(i64, got->value, want->value), "%s", rows[i].action);
		cr_expect(eq(int, got->cut, want->cut), "%s", rows[i].action);
		cr_expect(eq(u64, got->bytes, want->bytes), "%s", rows[i].action);
		cr_expect(eq(int, got->signal, want->signal), "%s", rows[i].action);
		cr_expect(eq(int, got->when, want->when), "%s", rows[i].action);
		cr_expect(eq(int, got->nested, want->nested), "%s", rows[i].action);
		cr_expect(eq(u64, got->time_ns, want->time_ns), "%s", rows[i].action);
		cr_expect(eq(int, got->limit.kind, want->limit.kind), "%s", rows[i].action);
		cr_expect(eq(u64, got->limit.value, want->limit.value), "%s", rows[i].action);
		cr_expect(eq(int, got->on, want->on), "%s", rows[i].action);
		scenario_file_release(&file);
	}
}

Test(scenario_file, actions_strike_others)
{
	struct scenario_file file;
	const struct action_spec *action =
		&read_fault("started: true", "close-peer: all, of: data", &file)->action;

	cr_expect(eq(int, action->of_channel, 0));
	cr_expect(eq(int, action->of_process.process, INDEX_NONE));
	scenario_file_release(&file);
	action = &read_fault(CALL, "kill: SIGTERM, of: reader/main", &file)->action;
	cr_expect(eq(int, action->of_channel, INDEX_NONE));
	cr_expect(eq(int, action->of_process.process, 1));
	cr_expect(eq(int, action->of_process.part, SELECT_MAIN));
	scenario_file_release(&file);
}

Test(scenario_file, a_process_and_a_channel_may_share_a_name)
{
	struct scenario_file file = read_good(
		"scenario: x\nmechanism: pipe\nchannels: {odd: pipe}\n"
		"processes: {odd: {run: [seq, 9], stdout: odd}, cat: {run: [cat], stdin: odd}}\n"
		"faults:\n"
		"  - {at: {process: odd, call: write, on: odd}, do: {kill: SIGKILL, of: odd}}\n"
		"  - {at: {process: cat, started: true}, do: {drain: true, of: odd}}\n");
	const struct fault_spec *faults = file.scenarios[0]->faults;

	cr_expect(eq(int, faults[0].at.on.channel, 0));
	cr_expect(eq(int, faults[0].action.of_process.process, 0));
	cr_expect(eq(int, faults[0].action.of_channel, INDEX_NONE));
	cr_expect(eq(int, faults[1].action.of_process.process, INDEX_NONE));
	cr_expect(eq(int, faults[1].action.of_channel, 0));
	scenario_file_release(&file);
}

Test(scenario_file, time_passes_in_a_process_that_is_named)
{
	struct scenario_file file;

	cr_expect(eq(int,
		     read_fault("elapsed: 5ms, process: reader", "kill: SIGKILL", &file)
			     ->at.process.process,
		     1));
	scenario_file_release(&file);
}

Test(scenario_file, a_later_phase_says_when_a_signal_comes)
{
	struct scenario_file file;

	cr_expect(eq(int,
		     read_fault(CALL ", phase: blocked", "signal: SIGUSR1", &file)->action.when,
		     WHEN_BLOCKED));
	scenario_file_release(&file);
	cr_expect(eq(int, read_fault(CALL ", phase: exit", "signal: SIGUSR1", &file)->action.when,
		     WHEN_AFTER));
	scenario_file_release(&file);
}

Test(scenario_file, expectations)
{
	struct scenario_file file = read_good(
		"scenario: x\nmechanism: process\n"
		"processes: {a: {run: [a]}, b: {run: [b]}, c: {run: [c]}, d: {run: [d]}}\n"
		"expect:\n"
		"  a: {exit: [0, 3], stdout: some text, stderr: {equals: \"\"}}\n"
		"  b: {killed: SIGTERM, stdout: {file: expected.txt}}\n"
		"  c: {alive: true, stdout: {same-as: fault-free}}\n"
		"  d: {exit: any}\n"
		"  within: 2s\n"
		"  same-output: yes\n"
		"  files:\n"
		"    out.txt: /^done$/\n"
		"    \"${tmp}/lock\": absent\n"
		"    literal: \"absent\"\n"
		"  objects: none\n"
		"  check: [diff, a, b]\n"
		"  recovers: 500ms\n"
		"  allow: [leak, hang]\n");
	const struct expect_spec *e = &file.scenarios[0]->expect;

	cr_expect(eq(int, e->processes[0].exit, EXIT_STATUS));
	cr_assert(eq(sz, e->processes[0].status_count, 2));
	cr_expect(eq(int, e->processes[0].statuses[1], 3));
	cr_expect(eq(int, e->processes[0].out.kind, MATCH_CONTAINS));
	cr_expect(eq(int, e->processes[0].err.kind, MATCH_EQUALS));
	cr_expect(eq(str, e->processes[0].err.text, ""));
	cr_expect(eq(int, e->processes[1].exit, EXIT_KILLED));
	cr_expect(eq(int, e->processes[1].signal, SIGTERM));
	cr_expect(eq(int, e->processes[1].out.kind, MATCH_FILE));
	cr_expect(eq(int, e->processes[2].exit, EXIT_ALIVE));
	cr_expect(eq(int, e->processes[2].out.kind, MATCH_FAULT_FREE));
	cr_expect(eq(int, e->processes[3].exit, EXIT_ANY));
	cr_expect(e->same_output);
	cr_assert(eq(sz, e->file_count, 3));
	cr_expect(eq(int, e->files[0].content.kind, MATCH_REGEX));
	cr_expect(e->files[1].absent);
	cr_expect(eq(str, e->files[1].path, "${tmp}/lock"));
	cr_expect(not(e->files[2].absent), "a quoted text is a text");
	cr_expect(e->no_objects);
	cr_expect(eq(sz, e->check.count, 3));
	cr_expect(eq(u64, e->recovers_ns, 500 * NS_PER_MS));
	cr_expect(e->allow[FINDING_LEAK]);
	cr_expect(e->allow[FINDING_HANG]);
	cr_expect(not(e->allow[FINDING_CRASH]));
	scenario_file_release(&file);
}

Test(scenario_file, a_process_that_is_killed_on_purpose_may_end_as_it_likes)
{
	struct scenario_file file;

	read_fault(CALL, "kill: SIGTERM, of: reader", &file);
	cr_expect(eq(int, file.scenarios[0]->expect.processes[0].exit, EXIT_DEFAULT));
	cr_expect(eq(int, file.scenarios[0]->expect.processes[1].exit, EXIT_ANY));
	scenario_file_release(&file);
	read_fault(CALL, "kill: SIGTERM", &file);
	cr_expect(eq(int, file.scenarios[0]->expect.processes[0].exit, EXIT_ANY));
	cr_expect(eq(int, file.scenarios[0]->expect.processes[1].exit, EXIT_DEFAULT));
	scenario_file_release(&file);
}

Test(scenario_file, what_a_control_may_catch)
{
	static const struct {
		const char *caught;
		size_t rows;
		int process; /* of the first row */
		enum finding_kind first, second;
	} rows[] = {
		{"deadlock", 1, INDEX_NONE, FINDING_DEADLOCK, FINDING_DEADLOCK},
		{"[hang, spin]", 1, INDEX_NONE, FINDING_HANG, FINDING_SPIN},
		{"{writer: sigpipe}", 1, 0, FINDING_SIGPIPE, FINDING_SIGPIPE},
		{"{reader: [sigpipe, killed], writer: crash}", 2, 1, FINDING_SIGPIPE,
		 FINDING_KILLED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[1000];
		struct scenario_file file;
		const struct control_spec *c;

		snprintf(text, sizeof(text),
			 SCN_HEAD "control:\n  writer: {env: {BUG: 1}}\n  caught: %s\n",
			 rows[i].caught);
		file = read_good(text);
		c = &file.scenarios[0]->control;
		cr_assert(eq(sz, c->caught_count, rows[i].rows), "%s", rows[i].caught);
		cr_expect(eq(int, c->caught[0].process, rows[i].process), "%s", rows[i].caught);
		cr_expect(c->caught[0].kinds[rows[i].first], "%s", rows[i].caught);
		cr_expect(c->caught[0].kinds[rows[i].second], "%s", rows[i].caught);
		cr_expect(not(c->caught[0].kinds[FINDING_LATE]), "%s", rows[i].caught);
		cr_expect(eq(str, c->processes[0].argv.items[0], "/bin/echo"), "it is inherited");
		cr_expect(eq(str, c->processes[0].env[0].name, "BUG"));
		scenario_file_release(&file);
	}
}

Test(scenario_file, every_document_is_a_scenario)
{
	struct scenario_file file = read_cases(SCN_HEAD "---\n" SCN_HEAD "---\n", 2);

	cr_expect(eq(int, file.scenarios[0]->pos.line, 1));
	cr_expect(eq(int, file.scenarios[1]->pos.line, 8));
	scenario_file_release(&file);
}

Test(scenario_file, aliases_share_a_value)
{
	struct scenario_file file = read_good("scenario: x\nmechanism: process\n"
					      "processes:\n  a: &a {run: [one, two]}\n  b: *a\n");

	cr_expect(eq(str, file.scenarios[0]->processes[1].argv.items[1], "two"));
	scenario_file_release(&file);
}

Test(scenario_file, comes_from_the_disk)
{
	char *dir = tmpdir_new(), *path = tmpdir_write(dir, "a.scn", example);
	struct scenario_file file;
	struct err err = ERR_INIT;

	cr_assert(eq(int, scenario_file_read(path, NULL, &file, &err), 0), "%s", err.text);
	cr_assert(eq(sz, file.count, 1));
	cr_expect(eq(str, file.scenarios[0]->file, path));
	scenario_file_release(&file);
	free(path);
	tmpdir_free(dir);
}

static int read_text(void *arg)
{
	struct scenario_options options = {.refusal = kernel_model_refusal};
	struct scenario_file file;
	int r = scenario_text_read("x.scn", arg, strlen(arg), &options, &file, NULL);

	if (r == 0)
		scenario_file_release(&file);
	return r;
}

Test(scenario_file, survives_every_failure)
{
	fault_sweep(read_text, (void *)example);
}

Test(scenario_file, survives_every_failure_with_problems)
{
	fault_sweep(read_text,
		    (void *)(SCN_HEAD "vars: {a: \"${b}\", c: x}\n"
				      "matrix: {n: [1, 2]}\n"
				      "faults:\n"
				      "  - {at: {cal: write, on: dta}, do: {errno: EAGIN}}\n"
				      "  - {at: {after: x}, do: {kill: KILL, of: raeder}}\n"
				      "expect: {wrter: {stdout: /x/}}\n"));
}
