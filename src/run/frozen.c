#include "run/frozen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "engine/snapshot.h"

#define RUNS_BEFORE 2
#define LOSSES_MAX  3
#define PIDS_ABOVE  20000 /* those of the frozen ones; pid_max is 32768 or more */

/* A file of the run's own folder is another one in each run. */
static bool is_same_each_time(const struct stdio_spec *in)
{
	return in->kind == STDIO_DEFAULT || in->kind == STDIO_TEXT ||
	       (in->kind == STDIO_FILE && !strstr(in->text, "${tmp}"));
}

/* The frozen ones count, too. */
static bool limits_processes(const struct process_spec *spec)
{
	for (size_t i = 0; i < spec->limit_count; i++)
		if (spec->limits[i].kind == LIMIT_NPROC)
			return true;
	return false;
}

static bool is_plain(const struct process_spec *spec)
{
	return spec->copies <= 1 && spec->under == UNDER_NONE && !spec->cwd && !spec->fd_count &&
	       is_same_each_time(&spec->in) && spec->out.kind == STDIO_DEFAULT &&
	       spec->err.kind == STDIO_DEFAULT && !limits_processes(spec);
}

/* Breakpoints and locks are looked for on the way to the first instruction. */
static bool comes_later(const struct fault_spec *fault)
{
	return (fault->at.kind == TRIGGER_CALL || fault->at.kind == TRIGGER_OUTPUT ||
		fault->at.kind == TRIGGER_ELAPSED) &&
	       fault->action.kind != ACTION_LIMIT;
}

static bool is_possible(const struct execution *x)
{
	const struct pool_options *options = x->worker->options;
	const struct frozen *f = &x->worker->frozen;

	if (!x->with_faults || x->recorder || x->build || f->forbidden || options->keep ||
	    options->gdb || x->scenario->process_count != 1 || x->scenario->channel_count ||
	    !is_plain(x->specs[0]))
		return false;
	for (size_t i = 0; i < x->scenario->fault_count; i++)
		if (!comes_later(&x->scenario->faults[i]))
			return false;
	return true;
}

static void drop_program(struct frozen_program *program)
{
	for (size_t i = 0; program->snapshot && i < FROZEN_FDS; i++)
		close(program->fds[i]);
	snapshot_free(program->snapshot);
	*program = (struct frozen_program){.snapshot = NULL};
}

static void drop_programs(struct frozen *f)
{
	for (size_t i = 0; i < FROZEN_MAX; i++)
		drop_program(&f->programs[i]);
}

void frozen_drop(struct worker *w)
{
	struct frozen *f = &w->frozen;

	drop_programs(f);
	*f = (struct frozen){.of = NULL};
}

static bool has_same_arguments(const struct process_spec *a, const struct process_spec *b)
{
	bool same = a->argv.count == b->argv.count && text_is_same(a->shell, b->shell);

	for (size_t i = 0; same && i < a->argv.count; i++)
		same = text_is_same(a->argv.items[i], b->argv.items[i]);
	return same;
}

static bool has_same_environment(const struct process_spec *a, const struct process_spec *b)
{
	bool same = a->env_count == b->env_count && a->limit_count == b->limit_count &&
		    a->place.process == b->place.process && a->place.memory == b->place.memory;

	for (size_t i = 0; same && i < a->env_count; i++)
		same = text_is_same(a->env[i].name, b->env[i].name) &&
		       text_is_same(a->env[i].value, b->env[i].value);
	for (size_t i = 0; same && i < a->limit_count; i++)
		same = a->limits[i].kind == b->limits[i].kind &&
		       a->limits[i].value == b->limits[i].value;
	return same;
}

/* Of two variants of a scenario, which have the same folders. */
static bool launch_the_same(const struct process_spec *a, const struct process_spec *b)
{
	return is_plain(a) && is_plain(b) && a->in.kind == b->in.kind &&
	       text_is_same(a->in.text, b->in.text) && has_same_arguments(a, b) &&
	       has_same_environment(a, b);
}

static bool are_alike(const struct frozen *f, const struct run_case *c,
		      const struct process_spec *spec)
{
	const struct scenario *a = f->scenario, *b = c->scenario;

	if (!a || f->role != c->role)
		return false;
	if (f->of == (c->like ? c->like : b))
		return true;
	return a->process_count == 1 && b->process_count == 1 && a->pos.line == b->pos.line &&
	       strcmp(a->file, b->file) == 0 && launch_the_same(f->spec, spec);
}

void frozen_begin(struct worker *w, const struct run_case *c, const struct process_spec *spec)
{
	struct frozen *f = &w->frozen;

	if (!are_alike(f, c, spec))
		frozen_drop(w);
	f->of = c->like ? c->like : c->scenario;
	f->scenario = c->scenario;
	f->spec = spec;
	f->role = c->role;
	f->forbidden = c->executed;
	f->runs++;
}

static struct frozen_program *find_program(struct execution *x)
{
	struct frozen *f = &x->worker->frozen;

	for (size_t i = 0; i < FROZEN_MAX; i++)
		if (f->programs[i].snapshot && f->programs[i].filter_no == x->filter_no)
			return &f->programs[i];
	return NULL;
}

/* A free one, or the one that has not been used for the longest time. */
static struct frozen_program *choose_place(struct frozen *f)
{
	struct frozen_program *oldest = &f->programs[0];

	for (size_t i = 1; i < FROZEN_MAX; i++)
		if (f->programs[i].used_in < oldest->used_in)
			oldest = &f->programs[i];
	return oldest;
}

static int keep_fd(struct frozen_program *program, const struct launch_fd *fd)
{
	int copy = fcntl(fd->source, F_DUPFD_CLOEXEC, 0);

	if (copy < 0)
		return -errno;
	program->fds[fd->target] = copy;
	program->flags[fd->target] = fcntl(copy, F_GETFL);
	return 0;
}

/* Input from what cannot be read again, a FIFO say, is not for copies. */
static bool can_be_read_again(const struct launch *launch, const struct stdio_spec *in)
{
	struct stat st;

	return in->kind != STDIO_FILE ||
	       (fstat(launch->fds[0].source, &st) == 0 && S_ISREG(st.st_mode));
}

static int take_snapshot(struct execution *x, const struct launch *launch,
			 struct snapshot **ret_snapshot, struct err *err)
{
	const struct engine_options options = {.proc_fd = x->worker->sandbox.proc_fd,
					       .cpu = x->worker->cpu};
	struct sandbox *sandbox = &x->worker->sandbox;
	struct err why = ERR_INIT;
	int rc = sandbox_choose_pids(sandbox, PIDS_ABOVE, err);

	if (rc)
		return rc;
	rc = snapshot_take(launch, &options, ret_snapshot, &why);
	x->worker->frozen.impossible = rc != 0;
	if (rc == -ENOMEM)
		return err_errno(err, rc, "run");
	return sandbox_choose_pids(sandbox, 1, err);
}

/* 0 also where it cannot be frozen. */
static int take(struct execution *x, const struct launch *launch, struct err *err)
{
	struct frozen *f = &x->worker->frozen;
	struct frozen_program *program = choose_place(f);
	struct snapshot *snapshot = NULL;
	int rc;

	drop_program(program);
	rc = take_snapshot(x, launch, &snapshot, err);
	for (size_t i = 0; !rc && snapshot && i < launch->fd_count; i++) {
		rc = keep_fd(program, &launch->fds[i]);
		if (rc)
			err_errno(err, rc, "run");
	}
	if (rc) {
		snapshot_free(snapshot);
		return rc;
	}
	program->filter_no = x->filter_no;
	program->snapshot = snapshot;
	return 0;
}

/* All copies share the descriptions of these with the frozen program. */
static int put_back(struct frozen_program *program)
{
	for (int fd = 0; fd < FROZEN_FDS; fd++) {
		int kept = program->fds[fd];

		if ((fd && ftruncate(kept, 0)) || fcntl(kept, F_SETFL, program->flags[fd]))
			return -errno;
		lseek(kept, 0, SEEK_SET); /* not of /dev/null */
		flock(kept, LOCK_UN);
	}
	return 0;
}

static int hand_over_outputs(const struct frozen_program *program, struct subject *s)
{
	s->out_fd = fcntl(program->fds[STDOUT_FILENO], F_DUPFD_CLOEXEC, 0);
	s->err_fd = fcntl(program->fds[STDERR_FILENO], F_DUPFD_CLOEXEC, 0);
	return s->out_fd < 0 || s->err_fd < 0 ? -errno : 0;
}

/* A file that was put in the place of the one that is the input would not be read. */
static bool has_same_input(struct execution *x, const struct frozen_program *program)
{
	const struct stdio_spec *in = &x->specs[0]->in;
	cleanup_free char *path = NULL;
	struct stat now, then;

	if (in->kind != STDIO_FILE)
		return true;
	path = execution_expand(x, in->text);
	return path && stat(path, &now) == 0 && fstat(program->fds[STDIN_FILENO], &then) == 0 &&
	       now.st_dev == then.st_dev && now.st_ino == then.st_ino;
}

int frozen_start(struct execution *x, struct subject *s, struct err *err)
{
	struct frozen *f = &x->worker->frozen;
	struct frozen_program *program = find_program(x);
	int rc;

	if (!program || !is_possible(x))
		return 0;
	if (!has_same_input(x, program)) {
		drop_program(program);
		return 0;
	}
	program->used_in = f->runs;
	rc = put_back(program);
	if (!rc)
		rc = snapshot_launch(&x->engine, program->snapshot, s->index, s->copy, &s->process,
				     err);
	if (rc == -ESRCH && !s->process) { /* somebody has killed it */
		drop_program(program);
		return 0;
	}
	if (!rc)
		rc = hand_over_outputs(program, s);
	s->fds_at_start = FROZEN_FDS;
	return rc ? err_wrap(err, rc, "process '%s'", s->spec->name) : 1;
}

int frozen_launch(struct execution *x, struct subject *s, const struct launch *launch,
		  struct err *err)
{
	struct frozen *f = &x->worker->frozen;
	int rc;

	if (x->with_faults && !is_possible(x)) /* it is to find nobody beside it */
		drop_programs(f);
	if (f->runs <= RUNS_BEFORE || f->impossible || find_program(x) || !is_possible(x) ||
	    !can_be_read_again(launch, &s->spec->in))
		return 0;
	rc = take(x, launch, err);
	return rc ? rc : frozen_start(x, s, err);
}

int frozen_clean(struct worker *w, bool all_ended, struct err *err)
{
	struct frozen *f = &w->frozen;
	bool is_any = false;

	for (size_t i = 0; !is_any && i < FROZEN_MAX; i++)
		is_any = f->programs[i].snapshot;
	if (is_any && all_ended)
		return sandbox_clean_beside(&w->sandbox, err);
	if (is_any) {
		drop_programs(f);
		f->impossible = ++f->losses >= LOSSES_MAX;
	}
	return sandbox_clean(&w->sandbox, err);
}
