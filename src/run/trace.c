#include "run/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "elf/process_map.h"
#include "elf/unwind.h"
#include "engine/engine.h"
#include "engine/fds.h"
#include "engine/filter.h"
#include "model/result.h"
#include "sys/names.h"
#include "sys/syscalls.h"

#define STACK_MAX 24

struct trace {
	const struct trace_options *options;
	struct engine engine;
	struct image_set *images;
	bool timed_out;
};

static void print_time(struct trace *trace, const struct tracee *t)
{
	uint64_t us = engine_elapsed_ns(&trace->engine) / NS_PER_US;

	fprintf(trace->options->out, "%3llu.%06llu %d", (unsigned long long)(us / 1000000),
		(unsigned long long)(us % 1000000), t->tid);
}

/* What a descriptor refers to, as in "0<pipe:[12]>". */
static void print_fd(struct trace *trace, const struct tracee *t, int fd)
{
	struct fd_object object;

	fprintf(trace->options->out, "%d", fd);
	if (fd_object_of(&trace->engine, t->tid, fd, &object) == 0)
		fprintf(trace->options->out, "<%s>", object.path);
}

static void print_path(struct trace *trace, const struct tracee *t, uint64_t addr)
{
	char path[256];

	if (tracee_read_string(t, addr, path, sizeof(path)))
		fprintf(trace->options->out, "%#llx", (unsigned long long)addr);
	else
		fprintf(trace->options->out, "\"%s\"", path);
}

/* Up to the last one that the table knows to mean something. */
static int shown_args(const struct syscall_row *row)
{
	const int known[] = {row->fd_arg,   row->fd2_arg,    row->dir_arg,
			     row->path_arg, row->length_arg, row->timeout_arg};
	int last = row->transfer != TRANSFER_NONE ? 2 : 0;

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		last = known[i] > last ? known[i] : last;
	return last + 1;
}

/* A number as the program meant it: an int may be negative, what is large is an address. */
static void print_number(struct trace *trace, uint64_t value)
{
	int64_t number = value <= UINT32_MAX ? (int32_t)value : (int64_t)value;

	if (number >= -4096 && number < 65536 * 16)
		fprintf(trace->options->out, "%lld", (long long)number);
	else
		fprintf(trace->options->out, "%#llx", (unsigned long long)value);
}

static void print_args(struct trace *trace, const struct tracee *t, const struct syscall_row *row)
{
	for (int i = 0; i < shown_args(row); i++) {
		fputs(i ? ", " : "", trace->options->out);
		if (i == row->dir_arg && (int)t->call.args[i] == AT_FDCWD)
			fputs("AT_FDCWD", trace->options->out);
		else if (i == row->fd_arg || i == row->fd2_arg || i == row->dir_arg)
			print_fd(trace, t, (int)t->call.args[i]);
		else if (i == row->path_arg)
			print_path(trace, t, t->call.args[i]);
		else
			print_number(trace, t->call.args[i]);
	}
}

static void print_stack(struct trace *trace, struct tracee *t)
{
	struct process_map map = PROCESS_MAP_INIT;
	struct stack stack = {NULL, 0};
	struct unwind_regs regs = {.known = 0};
	struct arch_regs *values;
	unsigned count;

	if (tracee_get_regs(t, &values) ||
	    process_map_read(trace->images, trace->engine.options.proc_fd, t->process->tgid, &map,
			     NULL))
		return;
	count = arch_native->dwarf_regs(values, regs.value);
	regs.known = (UINT64_C(1) << count) - 1;
	unwind_stack(t->tid, &regs, &map, STACK_MAX, &stack, NULL);
	for (size_t i = 0; i < stack.count; i++) {
		const struct frame *frame = &stack.frames[i];

		fprintf(trace->options->out, "        %s", frame->function ? frame->function : "?");
		if (frame->file)
			fprintf(trace->options->out, " (%s:%d)", frame->file, frame->line);
		else if (frame->module)
			fprintf(trace->options->out, " [%s+%#llx]", frame->module,
				(unsigned long long)frame->offset);
		fputc('\n', trace->options->out);
	}
	stack_release(&stack);
	process_map_release(&map);
}

static void on_entry(void *ctx, struct tracee *t)
{
	(void)ctx;
	tracee_watch_exit(t);
}

static void on_exit_of_call(void *ctx, struct tracee *t, int64_t result)
{
	struct trace *trace = ctx;
	const struct syscall_row *row = syscall_get(t->call.id);

	if (!row)
		return;
	print_time(trace, t);
	fprintf(trace->options->out, " %s(", row->name);
	print_args(trace, t, row);
	if (result < 0 && result > -4096)
		fprintf(trace->options->out, ") = %s", errno_name((int)-result));
	else
		fprintf(trace->options->out, ") = %lld", (long long)result);
	fprintf(trace->options->out, "%s\n", t->call.resumed ? " (restarted)" : "");
	if (trace->options->stacks)
		print_stack(trace, t);
}

static void on_delivery(void *ctx, struct tracee *t, int signal, const siginfo_t *info,
			bool interrupted)
{
	struct trace *trace = ctx;

	(void)info;
	print_time(trace, t);
	fprintf(trace->options->out, " --- %s%s ---\n", signal_name(signal),
		interrupted ? " (interrupts a call)" : "");
}

static void on_end(void *ctx, struct process *p)
{
	struct trace *trace = ctx;
	const struct tracee t = {.tid = p->tgid};

	print_time(trace, &t);
	if (p->signaled)
		fprintf(trace->options->out, " +++ died of %s +++\n", signal_name(p->status));
	else
		fprintf(trace->options->out, " +++ exited with %d +++\n", p->status);
}

static void on_tick(void *ctx, uint64_t now)
{
	struct trace *trace = ctx;

	if (trace->options->timeout_ns &&
	    now - trace->engine.start_ns >= trace->options->timeout_ns)
		trace->timed_out = true;
}

static bool is_finished(void *ctx)
{
	const struct trace *trace = ctx;

	return trace->timed_out;
}

static const struct engine_ops ops = {
	.call_entry = on_entry,
	.call_exit = on_exit_of_call,
	.signal_delivery = on_delivery,
	.process_ended = on_end,
	.tick = on_tick,
	.finished = is_finished,
};

static int add_rule(struct filter_rule **rules, size_t *count, int call)
{
	struct filter_rule *rule = mem_append(rules, count, sizeof(*rule));

	if (!rule)
		return -ENOMEM;
	*rule = (struct filter_rule){.call = call, .arg = -1};
	return 0;
}

static int make_filter(const struct trace_options *options, struct filter *ret_filter,
		       struct err *err)
{
	cleanup_free struct filter_rule *rules = NULL;
	size_t count = 0;
	int rc = add_rule(&rules, &count, syscall_from_name("rt_sigreturn"));

	rc = rc ? rc : add_rule(&rules, &count, syscall_from_name("restart_syscall"));
	for (size_t i = 0; !rc && i < options->call_count; i++)
		rc = add_rule(&rules, &count, options->calls[i]);
	for (int id = 0; !rc && !options->call_count && id < (int)syscall_count(); id++)
		if (syscall_get(id)->families & FAMILY_ANY_IPC)
			rc = add_rule(&rules, &count, id);
	return rc ? err_errno(err, rc, "filter") : filter_build(rules, count, 0, ret_filter, err);
}

static int run_traced(struct trace *trace, const struct filter *filter, int *ret_status,
		      struct err *err)
{
	const struct launch_fd fds[] = {{0, 0}, {1, 1}, {2, 2}};
	cleanup_free char *path = NULL;
	struct launch launch = {.argv = trace->options->argv,
				.envp = environ,
				.fds = fds,
				.fd_count = 3,
				.filter = filter,
				.same_session = true};
	struct process *p;
	int rc = launch_find_program(launch.argv[0], getenv("PATH"), &path, err);

	launch.path = path;
	if (!rc)
		rc = engine_launch(&trace->engine, &launch, 0, 0, &p, err);
	if (!rc)
		rc = engine_run(&trace->engine, err);
	if (!rc)
		*ret_status = !p->exited ? 128 + 9 : p->signaled ? 128 + p->status : p->status;
	engine_kill_all(&trace->engine);
	return rc;
}

int trace_run(const struct trace_options *options, int *ret_status, struct err *err)
{
	cleanup_close int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct engine_options engine_options = {
		.proc_fd = proc_fd, .cpu = -1, .tell_loader = options->all};
	struct trace trace = {.options = options, .images = image_set_new()};
	struct filter filter = {NULL, 0};
	int rc = proc_fd < 0 || !trace.images ? err_errno(err, -ENOMEM, "trace") : 0;

	if (!rc)
		rc = make_filter(options, &filter, err);
	if (!rc)
		rc = engine_init(&trace.engine, &engine_options, &ops, &trace, err);
	if (!rc) {
		rc = run_traced(&trace, &filter, ret_status, err);
		engine_release(&trace.engine);
	}
	filter_release(&filter);
	image_set_free(trace.images);
	return rc;
}
