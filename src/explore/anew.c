/* anew.c - a session without servers: an emulator starts the programs for each run. */
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/err.h"
#include "base/mem.h"
#include "explore/emulator.h"
#include "explore/session_private.h"
#include "explore/start.h"

int anew_prepare(struct session *s, const struct emulator *emulator, const struct launch *launches,
		 struct err *err)
{
	s->launches = mem_zalloc(s->count * sizeof(*s->launches));
	for (size_t i = 0; s->launches && i < s->count; i++) {
		char **argv = emulator_argv(emulator, &launches[i], (unsigned)i + 1);

		if (!argv)
			return err_errno(err, -ENOMEM, "%s", launches[i].path);
		s->launches[i] = launches[i];
		s->launches[i].path = emulator->program;
		s->launches[i].argv = argv;
		s->names[i] = launches[i].path;
	}
	return s->launches ? 0 : err_errno(err, -ENOMEM, "emulator");
}

void anew_release(struct session *s)
{
	for (size_t i = 0; s->launches && i < s->count; i++)
		emulator_argv_free((char **)s->launches[i].argv);
	free(s->launches);
	s->launches = NULL;
}

int anew_start(struct session *s, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < s->count; i++) {
		const struct start_segments segments = {s->segment_fd, s->control_fd, 0};

		rc = start_program(&s->launches[i], &segments, &s->servers[i], err);
	}
	return rc;
}

static int note_end(struct session *s, size_t index, int status, struct err *err)
{
	struct control *c = s->control;
	const struct control_flow *flow = &c->flows[index + 1];

	s->servers[index] = 0;
	if (!flow->has_begun && !c->stop)
		return err_set(err, -ENOEXEC,
			       "%s does not run under qemu-user: is it a program of this machine?",
			       s->names[index]);
	c->status[index + 1] = status;
	for (uint32_t i = 1; i <= c->flows_used; i++)
		if (flow->has_begun && c->flows[i].pid == flow->pid)
			__atomic_store_n(&c->flows[i].is_gone, WIFSIGNALED(status) ? 2 : 1,
					 __ATOMIC_RELEASE);
	__atomic_store_n(&c->has_ended[index + 1], c->command, __ATOMIC_RELEASE);
	return 0;
}

int anew_reap(struct session *s, struct err *err)
{
	int rc = 0, status;

	for (size_t i = 0; !rc && i < s->count; i++)
		if (s->servers[i] > 0 && waitpid(s->servers[i], &status, WNOHANG) == s->servers[i])
			rc = note_end(s, i, status, err);
	return rc;
}
