#include "run/frozen.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "engine/snapshot.h"

#define RUNS_BEFORE 2

static bool is_default_or_text(const struct stdio_spec *in)
{
	return in->kind == STDIO_DEFAULT || in->kind == STDIO_TEXT;
}

static bool is_plain(const struct process_spec *spec)
{
	return spec->copies <= 1 && spec->under == UNDER_NONE && !spec->cwd && !spec->fd_count &&
	       is_default_or_text(&spec->in) && spec->out.kind == STDIO_DEFAULT &&
	       spec->err.kind == STDIO_DEFAULT;
}

/* Breakpoints and locks are looked for on the way to the first instruction. */
static bool comes_later(const struct fault_spec *fault)
{
	return fault->at.kind == TRIGGER_CALL || fault->at.kind == TRIGGER_OUTPUT ||
	       fault->at.kind == TRIGGER_ELAPSED;
}

static bool is_possible(const struct execution *x)
{
	const struct pool_options *options = x->worker->options;

	if (!x->with_faults || x->build || options->keep || options->gdb ||
	    x->scenario->process_count != 1 || x->scenario->channel_count || !is_plain(x->specs[0]))
		return false;
	for (size_t i = 0; i < x->scenario->fault_count; i++)
		if (!comes_later(&x->scenario->faults[i]))
			return false;
	return true;
}

void frozen_drop(struct worker *w)
{
	struct frozen *f = &w->frozen;

	for (size_t i = 0; f->snapshot && i < FROZEN_FDS; i++)
		close(f->fds[i]);
	snapshot_free(f->snapshot);
	*f = (struct frozen){.snapshot = NULL};
}

void frozen_begin(struct worker *w, const struct run_case *c)
{
	struct frozen *f = &w->frozen;

	if (f->scenario != c->scenario || f->role != c->role)
		frozen_drop(w);
	f->scenario = c->scenario;
	f->role = c->role;
	f->runs++;
}

bool frozen_is_due(const struct execution *x)
{
	const struct frozen *f = &x->worker->frozen;

	return f->runs > RUNS_BEFORE && !f->snapshot && !f->impossible && is_possible(x);
}

static int keep_fd(struct frozen *f, const struct launch_fd *fd)
{
	int copy = fcntl(fd->source, F_DUPFD_CLOEXEC, 0);

	if (copy < 0)
		return -errno;
	f->fds[fd->target] = copy;
	f->flags[fd->target] = fcntl(copy, F_GETFL);
	return 0;
}

int frozen_take(struct execution *x, const struct launch *launch, struct err *err)
{
	const struct engine_options options = {.proc_fd = x->worker->sandbox.proc_fd,
					       .cpu = x->worker->cpu};
	struct frozen *f = &x->worker->frozen;
	struct snapshot *snapshot;
	struct err why = ERR_INIT;
	int rc = snapshot_take(launch, &options, &snapshot, &why);

	f->impossible = rc != 0;
	if (rc)
		return rc == -ENOMEM ? err_errno(err, rc, "run") : 0;
	for (size_t i = 0; !rc && i < launch->fd_count; i++)
		rc = keep_fd(f, &launch->fds[i]);
	if (rc) {
		snapshot_free(snapshot);
		return err_errno(err, rc, "run");
	}
	f->filter_no = x->worker->filter.no;
	f->snapshot = snapshot;
	return 0;
}

/* All copies share the descriptions of these with the frozen program. */
static int put_back(struct frozen *f)
{
	for (int fd = 0; fd < FROZEN_FDS; fd++) {
		if ((fd && ftruncate(f->fds[fd], 0)) || fcntl(f->fds[fd], F_SETFL, f->flags[fd]))
			return -errno;
		lseek(f->fds[fd], 0, SEEK_SET); /* not of /dev/null */
		flock(f->fds[fd], LOCK_UN);
	}
	return 0;
}

static int hand_over_outputs(const struct frozen *f, struct subject *s)
{
	s->out_fd = fcntl(f->fds[STDOUT_FILENO], F_DUPFD_CLOEXEC, 0);
	s->err_fd = fcntl(f->fds[STDERR_FILENO], F_DUPFD_CLOEXEC, 0);
	return s->out_fd < 0 || s->err_fd < 0 ? -errno : 0;
}

int frozen_start(struct execution *x, struct subject *s, struct err *err)
{
	struct frozen *f = &x->worker->frozen;
	int rc;

	if (!f->snapshot || !is_possible(x))
		return 0;
	if (f->filter_no != x->worker->filter.no) {
		frozen_drop(x->worker);
		return 0;
	}
	rc = put_back(f);
	if (!rc)
		rc = snapshot_launch(&x->engine, f->snapshot, s->index, s->copy, &s->process, err);
	if (rc == -ESRCH && !s->process) { /* somebody has killed it */
		frozen_drop(x->worker);
		return 0;
	}
	if (!rc)
		rc = hand_over_outputs(f, s);
	s->fds_at_start = FROZEN_FDS;
	return rc ? err_wrap(err, rc, "process '%s'", s->spec->name) : 1;
}

int frozen_clean(struct worker *w, bool all_ended, struct err *err)
{
	if (w->frozen.snapshot && all_ended)
		return sandbox_clean_beside(&w->sandbox, snapshot_ns_pid(w->frozen.snapshot), err);
	if (w->frozen.snapshot)
		frozen_drop(w);
	return sandbox_clean(&w->sandbox, err);
}
