#include "run/execution.h"
#include "run/locks.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "model/expand.h"
#include "run/access.h"
#include "run/deadlock.h"
#include "run/made.h"
#include "run/outputs.h"
#include "run/spin.h"
#include "sandbox/tmp.h"

void execution_fail(struct execution *x, int rc)
{
	if (!x->failed)
		x->failed = rc;
}

static const char *lookup(const char *name, size_t len, void *data)
{
	struct execution *x = data;
	const struct {
		const char *name, *value;
	} names[] = {
		{"harness", x->worker->options->harness_dir},
		{"tmp", x->tmp},
		{"dir", x->dir},
		{"build", x->build},
		{"cc", x->cc},
		{"cflags", x->cflags},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i].name) == len && strncmp(names[i].name, name, len) == 0)
			return names[i].value;
	for (size_t i = 0; i < x->scenario->channel_count; i++) {
		const struct run_channel *c = &x->channels[i];

		if (strlen(c->spec->name) == len && strncmp(c->spec->name, name, len) == 0)
			return c->text ? c->text : c->path;
	}
	return NULL;
}

char *execution_expand(struct execution *x, const char *text)
{
	char *expanded;

	return expand_text(text, lookup, x, true, &expanded) ? NULL : expanded;
}

static int env_channel_object(void *ctx, int channel, struct fd_object *ret_object)
{
	struct execution *x = ctx;

	*ret_object = channel_object_now(&x->channels[channel]);
	snprintf(ret_object->path, sizeof(ret_object->path), "channel `%s`",
		 x->channels[channel].spec->name);
	return 0;
}

static bool env_channel_has(void *ctx, int channel, const struct fd_object *object)
{
	struct execution *x = ctx;

	return channel_has(&x->channels[channel], object);
}

static bool env_called_from(void *ctx, struct tracee *t, const char *function)
{
	return site_matches(ctx, t, function);
}

static const char *env_label(void *ctx, const struct process *p, char *buf, size_t size)
{
	return subject_label(ctx, p, buf, size);
}

static const char *env_channel_name(void *ctx, const struct fd_object *object)
{
	return channel_name_of(ctx, object);
}

static const char *env_channel_path(void *ctx, const struct fd_object *object)
{
	return channel_path_of(ctx, object);
}

static int prepare_faults(struct execution *x, uint64_t seed)
{
	x->faults = mem_zalloc(x->scenario->fault_count * sizeof(*x->faults));
	if (!x->faults)
		return -ENOMEM;
	for (unsigned i = 0; i < x->scenario->fault_count; i++)
		x->faults[i] = (struct fault){.spec = &x->scenario->faults[i],
					      .index = i,
					      .rng = rng_stream(seed, i),
					      .armed = x->with_faults};
	x->env = (struct fault_env){.engine = &x->engine,
				    .model = x->scenario->model,
				    .ctx = x,
				    .channel_has = env_channel_has,
				    .channel_object = env_channel_object,
				    .called_from = env_called_from,
				    .label = env_label,
				    .channel_path = env_channel_path,
				    .channel_name = env_channel_name};
	execution_connect(x);
	return 0;
}

static int prepare_seen(struct execution *x)
{
	for (size_t i = 0; i < x->subject_count; i++) {
		struct observed_process *p =
			mem_append(&x->seen->processes, &x->seen->process_count, sizeof(*p));

		if (!p)
			return -ENOMEM;
		p->spec = x->subjects[i].index;
		p->copy = x->subjects[i].copy;
		p->name = x->subjects[i].spec->copies > 1
				  ? mem_printf("%s[%u]", x->subjects[i].spec->name, p->copy + 1)
				  : mem_strdup(x->subjects[i].spec->name);
		if (!p->name)
			return -ENOMEM;
	}
	return 0;
}

static bool waits_for_output(const struct execution *x)
{
	for (size_t i = 0; x->with_faults && i < x->scenario->fault_count; i++)
		if (x->scenario->faults[i].at.kind == TRIGGER_OUTPUT)
			return true;
	for (size_t i = 0; i < x->scenario->process_count; i++)
		if (x->specs[i]->start.of != INDEX_NONE)
			return true;
	return false;
}

/* Handlers are followed where signals are what it is about. */
static bool wants_handlers(const struct execution *x)
{
	if (x->scenario->mechanism == MECHANISM_SIGNAL)
		return true;
	for (size_t i = 0; x->with_faults && i < x->scenario->fault_count; i++)
		if (x->scenario->faults[i].action.kind == ACTION_SIGNAL)
			return true;
	return false;
}

static void wait_without_faults(struct execution *x)
{
	for (size_t i = 0; !x->with_faults && i < x->subject_count; i++)
		if (x->subjects[i].spec->start.fault != INDEX_NONE)
			x->subjects[i].start_due = true;
}

static int prepare(struct execution *x, uint64_t seed, struct err *err)
{
	const struct engine_options options = {.proc_fd = x->worker->sandbox.proc_fd,
					       .cpu = x->worker->cpu,
					       .want_handlers = wants_handlers(x)};
	int rc = engine_init(&x->engine, &options, &execution_ops, x, err);

	if (!rc && (prepare_faults(x, seed) || subjects_prepare(x, err) || prepare_seen(x)))
		rc = err_errno(err, -ENOMEM, "run");
	if (!rc)
		rc = channels_open(x, err);
	x->watch_output = waits_for_output(x);
	wait_without_faults(x);
	return rc;
}

static int collect(struct execution *x)
{
	x->seen->duration_ns = engine_elapsed_ns(&x->engine);
	for (size_t i = 0; i < x->subject_count; i++) {
		const struct subject *s = &x->subjects[i];
		struct observed_process *p = &x->seen->processes[i];

		if (s->process) {
			p->started = true;
			p->exited = s->process->exited;
			p->signaled = s->process->signaled;
			p->status = s->process->status;
			p->alive = !p->exited;
			p->killed_on_purpose =
				p->signaled && s->process->fault_signals >> (p->status - 1) & 1;
			p->end_ns = s->process->exit_ns - x->engine.start_ns;
		}
		if (output_read(s->out_fd, &p->out) || output_read(s->err_fd, &p->err))
			return -ENOMEM;
	}
	return 0;
}

static struct execution *listing; /* nftw() has no argument for us */
static int listing_rc;

static int note_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	const char *name = path + strlen(listing->tmp);
	char **slot;

	(void)st;
	if (type == FTW_D || type == FTW_DP || ftw->level == 0 || name[1] == '.')
		return 0;
	if (channel_is_path(listing, path))
		return 0;
	slot = mem_append(&listing->seen->files_left.items, &listing->seen->files_left.count,
			  sizeof(*slot));
	if (slot)
		*slot = mem_strdup(name + 1);
	if (!slot || !*slot)
		listing_rc = -ENOMEM;
	return listing_rc;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_files(struct execution *x)
{
	listing = x;
	listing_rc = 0;
	if (tmp_is_empty(x->tmp)) {
		x->worker->tmp_is_empty = x->all_ended && !x->scenario->channel_count && !x->build;
		return 0;
	}
	nftw(x->tmp, note_file, 16, FTW_PHYS);
	if (!listing_rc && x->seen->files_left.count)
		qsort(x->seen->files_left.items, x->seen->files_left.count, sizeof(char *),
		      by_name);
	return listing_rc;
}

static int note(struct execution *x, char *text)
{
	char **slot =
		text ? mem_append(&x->seen->notes, &x->seen->note_count, sizeof(*slot)) : NULL;

	if (!slot) {
		free(text);
		return -ENOMEM;
	}
	*slot = text;
	return 0;
}

static int note_blind_spots(struct execution *x, const struct process *p)
{
	const struct {
		bool holds;
		const char *text;
	} notes[] = {
		{p->foreign_calls, "made calls of another architecture: they are not traced"},
		{p->uses_io_uring, "uses io_uring: what goes through the ring is not seen"},
		{p->own_seccomp, "has a seccomp filter of its own: its answers come before ours"},
		{p->setuid_lost, "ran a set-user-ID program without its privileges"},
	};
	char name[128];
	int rc = 0;

	subject_label(x, p, name, sizeof(name));
	for (size_t i = 0; i < ARRAY_SIZE(notes) && !rc; i++)
		if (notes[i].holds)
			rc = note(x, mem_printf("%s %s", name, notes[i].text));
	return rc;
}

/* What a reader must know to trust the result. */
static int add_notes(struct execution *x)
{
	unsigned left = 0;
	int rc = 0;

	for (struct process *p = x->engine.processes; p && !rc; p = p->next) {
		rc = note_blind_spots(x, p);
		left += p->parent && !p->exited;
	}
	if (!rc && left && !x->ended)
		rc = note(x, mem_printf("%u descendant%s still running at the end: killed", left,
					left == 1 ? " was" : "s were"));
	return rc;
}

static int list_objects(struct execution *x, struct err *err)
{
	struct sandbox_object *objects;
	size_t count;
	int rc = sandbox_objects(&x->worker->sandbox, &objects, &count, err);

	if (rc)
		return rc;
	x->worker->sandbox.is_empty = x->all_ended && !count;
	for (size_t i = 0; !rc && i < count; i++) {
		struct observed_object *left;

		if (channel_is_object(x, &objects[i]))
			continue;
		left = mem_append(&x->seen->objects_left, &x->seen->object_count, sizeof(*left));
		if (left)
			left->name = mem_printf("%s %s", object_kind_name(objects[i].kind),
						objects[i].name);
		if (!left || !left->name)
			rc = err_errno(err, -ENOMEM, "run");
	}
	sandbox_objects_free(objects, count);
	return rc ? rc : made_collect(x, err);
}

int execution_run(struct execution *x, uint64_t seed, struct err *err)
{
	int rc = prepare(x, seed, err);

	if (!rc)
		rc = subjects_start(x, err);
	if (!rc)
		rc = engine_run(&x->engine, err);
	if (!rc && x->failed) {
		rc = x->failed;
		if (err)
			*err = x->err;
		if (!x->err.code)
			err_errno(err, rc, "run");
	}
	if (!rc && (collect(x) || add_notes(x)))
		rc = err_errno(err, -ENOMEM, "run");
	engine_kill_all(&x->engine);
	x->all_ended = !rc && !x->engine.live_processes;
	if (!rc && list_files(x))
		rc = err_errno(err, -ENOMEM, "run");
	if (!rc)
		rc = list_objects(x, err);
	return rc;
}

void execution_release(struct execution *x)
{
	fault_env_release(&x->env);
	for (size_t i = 0; x->faults && i < x->scenario->fault_count; i++)
		fault_release(&x->faults[i]);
	free(x->faults);
	deadlock_forget(x);
	locks_release(x);
	spin_release(x);
	access_release(x);
	made_forget(x);
	engine_release(&x->engine);
	if (x->channels)
		channels_release(x);
	subjects_release(x);
}
