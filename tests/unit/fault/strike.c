#include "strike.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/util.h"
#include "engine/filter.h"
#include "sys/syscalls.h"

#define LIMIT_NS  (20 * NS_PER_S)
#define RULES_MAX 64
#define OUT_MAX	  4096

/* A strike on its way. */
struct scene {
	const struct strike *strike;
	int calls[16];
	size_t call_count;
	struct engine engine;
	struct fault_env env;
	struct fault_spec spec;
	struct fault fault;
	unsigned deepest;
	bool timed_out;
};

static uint64_t first_of(const struct strike *strike)
{
	return strike->nth ? strike->nth : 1;
}

static uint64_t last_of(const struct strike *strike)
{
	return strike->last ? strike->last : first_of(strike);
}

static bool is_hit(struct scene *scene, const struct tracee *t)
{
	const struct syscall_row *row = syscall_get(t->call.id);
	int fd = scene->strike->fd;

	for (size_t i = 0; i < scene->call_count; i++)
		if (scene->calls[i] == t->call.id)
			return !fd || (row->fd_arg >= 0 && (int)t->call.args[row->fd_arg] == fd);
	return false;
}

static void count(struct scene *scene, struct tracee *t, enum phase phase)
{
	const struct strike *strike = scene->strike;
	const struct moment at = {.t = t, .p = t->process, .at_call = true, .phase = phase};
	struct err err = ERR_INIT;
	int rc;

	scene->fault.matched++;
	if (scene->fault.matched < first_of(strike) || scene->fault.matched > last_of(strike))
		return;
	rc = fault_fire(&scene->env, &scene->fault, &at, &err);
	cr_expect(rc == 0 || rc == -EPERM, "%s: %s", strike->name, err.text);
}

static void on_entry(void *ctx, struct tracee *t)
{
	struct scene *scene = ctx;

	fault_before_read(&scene->env, t);
	fault_on_entry(&scene->env, t);
	if (t->call.resumed) {
		if (t->call.marks[0])
			tracee_watch_blocked(&scene->engine, t);
		if (t->call.marks[1])
			tracee_watch_exit(t);
		return;
	}
	if (!is_hit(scene, t))
		return;
	switch (scene->strike->phase) {
	case PHASE_BLOCKED:
		t->call.marks[0] = 1;
		tracee_watch_blocked(&scene->engine, t);
		break;
	case PHASE_EXIT:
		t->call.marks[1] = 1;
		tracee_watch_exit(t);
		break;
	default:
		count(scene, t, PHASE_ENTRY);
		break;
	}
}

static void on_blocked(void *ctx, struct tracee *t)
{
	struct scene *scene = ctx;

	fault_on_blocked(&scene->env, t);
	if (t->call.marks[0])
		count(scene, t, PHASE_BLOCKED);
	t->call.marks[0] = 0;
}

static void on_exit_of(void *ctx, struct tracee *t, int64_t result)
{
	struct scene *scene = ctx;
	bool marked = t->call.marks[1];

	t->call.marks[0] = t->call.marks[1] = 0;
	fault_on_exit(&scene->env, t, result);
	if (marked)
		count(scene, t, PHASE_EXIT);
}

static void on_delivery(void *ctx, struct tracee *t, int signal, const siginfo_t *info,
			bool interrupted)
{
	struct scene *scene = ctx;

	(void)interrupted;
	fault_on_delivery(&scene->env, t, signal, info);
}

static void on_handler(void *ctx, struct tracee *t, int signal)
{
	struct scene *scene = ctx;

	if (t->handler_depth > scene->deepest)
		scene->deepest = t->handler_depth;
	fault_on_handler(&scene->env, t, signal);
}

static void on_group_stop(void *ctx, struct process *p, int signal)
{
	struct scene *scene = ctx;

	fault_on_group_stop(&scene->env, p, signal);
}

static void on_ended(void *ctx, struct process *p)
{
	struct scene *scene = ctx;

	fault_on_end(&scene->env, p);
}

static void on_tick(void *ctx, uint64_t now)
{
	struct scene *scene = ctx;

	scene->timed_out = engine_elapsed_ns(&scene->engine) > LIMIT_NS;
	fault_on_tick(&scene->env, now);
}

/* The first process decides, as in a scenario; what it leaves behind is killed. */
static bool is_finished(void *ctx)
{
	const struct scene *scene = ctx;

	return scene->timed_out || (scene->strike->stays && scene->fault.fired) ||
	       (scene->engine.processes && scene->engine.processes->exited);
}

static const struct engine_ops ops = {
	.call_entry = on_entry,
	.call_blocked = on_blocked,
	.call_exit = on_exit_of,
	.signal_delivery = on_delivery,
	.handler_entered = on_handler,
	.group_stop = on_group_stop,
	.process_ended = on_ended,
	.tick = on_tick,
	.finished = is_finished,
};

static struct process *process_of(void *ctx, const struct selector *of)
{
	struct scene *scene = ctx;

	for (struct process *p = scene->engine.processes; p; p = p->next)
		if (!p->exited && p->parent && p->child_no == of->child)
			return p;
	return NULL;
}

static int channel_object(void *ctx, int channel, struct fd_object *ret_object)
{
	(void)ctx;
	(void)channel;
	(void)ret_object;
	return -ENOENT;
}

static const char *label(void *ctx, const struct process *p, char *buf, size_t size)
{
	(void)ctx;
	return process_name(p, "victim", buf, size);
}

static const char *channel_name(void *ctx, const struct fd_object *object)
{
	(void)ctx;
	(void)object;
	return NULL;
}

static void fired(void *ctx, struct fault *fault, pid_t tgid)
{
	(void)ctx;
	(void)tgid;
	(void)fault;
}

static void add_rule(struct filter_rule *rules, size_t *ret_count, int call)
{
	for (size_t i = 0; i < *ret_count; i++)
		if (rules[i].call == call)
			return;
	cr_assert(lt(sz, *ret_count, RULES_MAX));
	rules[(*ret_count)++] = (struct filter_rule){.call = call, .arg = -1};
}

static void build_filter(struct scene *scene, struct filter *ret_filter)
{
	bool reads = scene->spec.action.kind == ACTION_FILL;
	struct filter_rule rules[RULES_MAX];
	struct err err = ERR_INIT;
	size_t used = 0;

	add_rule(rules, &used, syscall_from_name("rt_sigreturn"));
	add_rule(rules, &used, syscall_from_name("restart_syscall"));
	for (size_t i = 0; i < scene->call_count; i++)
		add_rule(rules, &used, scene->calls[i]);
	for (int id = 0; reads && id < (int)syscall_count(); id++)
		if (syscall_get(id)->families & (FAMILY_READS | FAMILY_RECEIVES))
			add_rule(rules, &used, id);
	cr_assert(eq(int, filter_build(rules, used, 0, ret_filter, &err), 0), "%s", err.text);
}

static void launch_victim(struct scene *scene, int out)
{
	char program[sizeof(SUBJECTS) + 32], victim[64];
	char *argv[] = {program, victim, NULL};
	const struct launch_fd fds[] = {{0, out}, {1, out}, {2, out}};
	struct filter filter;
	struct process *p;
	struct launch launch = {.path = program,
				.argv = argv,
				.envp = environ,
				.fds = fds,
				.fd_count = 3,
				.filter = &filter};
	struct err err = ERR_INIT;

	snprintf(program, sizeof(program), SUBJECTS "/%s",
		 scene->strike->program ? scene->strike->program : "engine-victim");
	snprintf(victim, sizeof(victim), "%s", scene->strike->victim);
	build_filter(scene, &filter);
	cr_assert(eq(int, engine_launch(&scene->engine, &launch, 0, 0, &p, &err), 0), "%s",
		  err.text);
	filter_release(&filter);
}

static void prepare(struct scene *scene, const struct strike *strike, int proc_fd)
{
	const struct engine_options options = {
		.proc_fd = proc_fd, .cpu = -1, .want_handlers = true};
	struct err err = ERR_INIT;

	*scene = (struct scene){.strike = strike};
	scene->spec = (struct fault_spec){.name = "strike", .action = strike->action};
	scene->spec.at.count = (struct count_spec){
		.kind = COUNT_RANGE, .first = first_of(strike), .last = last_of(strike)};
	scene->spec.action.of_channel = INDEX_NONE;
	scene->spec.action.of_process.process = INDEX_NONE;
	if (strike->of_child)
		scene->spec.action.of_process =
			(struct selector){0, SELECT_CHILD, strike->of_child};
	scene->fault = (struct fault){.spec = &scene->spec, .armed = true};
	scene->env = (struct fault_env){.engine = &scene->engine,
					.model = strike->model,
					.ctx = scene,
					.process_of = process_of,
					.channel_object = channel_object,
					.label = label,
					.channel_name = channel_name,
					.channel_path = channel_name,
					.fired = fired};
	scene->call_count =
		syscall_ids_from_word(strike->call, scene->calls, ARRAY_SIZE(scene->calls));
	cr_assert(gt(sz, scene->call_count, 0), "%s: no call '%s'", strike->name, strike->call);
	cr_assert(eq(int, engine_init(&scene->engine, &options, &ops, scene, &err), 0), "%s",
		  err.text);
}

static void check_fault(const struct strike *strike, const struct scene *scene)
{
	const struct fault *fault = &scene->fault;

	cr_expect(eq(u64, fault->fired, strike->fired), "%s: fired (%s)", strike->name,
		  fault->refused);
	cr_expect(eq(sz, fault->injection_count, strike->fired), "%s: injections", strike->name);
	if (strike->refused)
		cr_expect(ne(ptr, strstr(fault->refused, strike->refused), NULL),
			  "%s: refused as '%s', not '%s'", strike->name, fault->refused,
			  strike->refused);
	else
		cr_expect(eq(str, (char *)fault->refused, ""), "%s: refused", strike->name);
	if (!strike->stays)
		cr_expect(eq(ptr, scene->env.shots, NULL), "%s: a shot is left open", strike->name);
}

static void check(struct scene *scene, int out)
{
	const struct strike *strike = scene->strike;
	const struct process *p = scene->engine.processes;
	char text[OUT_MAX + 1];
	ssize_t n = pread(out, text, OUT_MAX, 0);

	text[n > 0 ? n : 0] = '\0';
	cr_expect(not(scene->timed_out), "%s: it hangs", strike->name);
	if (strike->out)
		cr_expect(eq(str, text, (char *)strike->out), "%s", strike->name);
	if (strike->deepest)
		cr_expect(eq(uint, scene->deepest, strike->deepest), "%s: depth", strike->name);
	check_fault(strike, scene);
	if (strike->stays)
		return;
	cr_expect(eq(int, p->signaled, strike->killed != 0), "%s: killed", strike->name);
	cr_expect(eq(int, p->status, strike->killed), "%s: how it ended", strike->name);
}

static void strike_one(const struct strike *strike)
{
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int out = memfd_create("out", MFD_CLOEXEC);
	struct err err = ERR_INIT;
	struct scene scene;

	fcntl(out, F_SETFL, O_APPEND | O_RDWR);
	prepare(&scene, strike, proc_fd);
	launch_victim(&scene, out);
	cr_expect(eq(int, engine_run(&scene.engine, &err), 0), "%s: %s", strike->name, err.text);
	check(&scene, out);
	engine_kill_all(&scene.engine);
	fault_env_release(&scene.env);
	fault_release(&scene.fault);
	engine_release(&scene.engine);
	close(out);
	close(proc_fd);
}

void strike_all(const struct strike *strikes, size_t count_of_them)
{
	for (size_t i = 0; i < count_of_them; i++)
		strike_one(&strikes[i]);
}
