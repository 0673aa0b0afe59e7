#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "instrument/counts.h"
#include "run/execution.h"
#include "run/frozen.h"
#include "sys/procfs.h"
#include "valgrind/tool.h"

/* Where programs that count their accesses find the segment: out of the way of their own. */
#define COUNTS_FD 99

/* What a launch needs, built and thrown away in one go. */
struct preparation {
	struct strings argv, env;
	char *path, *cwd;
	struct launch_fd fds[LAUNCH_FDS_MAX];
	size_t fd_count;
	struct launch_limit limits[LIMIT_MAX_];
	int own[LAUNCH_FDS_MAX]; /* opened for this launch only */
	size_t own_count;
};

static void strings_free(struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
}

static void preparation_release(struct preparation *prep)
{
	strings_free(&prep->argv);
	strings_free(&prep->env);
	free(prep->path);
	free(prep->cwd);
	for (size_t i = 0; i < prep->own_count; i++)
		close(prep->own[i]);
}

/* Takes @text over; NULL is short memory. */
static int push(struct strings *list, char *text)
{
	char **slot = text ? mem_append(&list->items, &list->count, sizeof(char *)) : NULL;

	if (!slot) {
		free(text);
		return -ENOMEM;
	}
	*slot = text;
	return 0;
}

static int end_list(struct strings *list)
{
	char **slot = mem_append(&list->items, &list->count, sizeof(char *));

	if (!slot)
		return -ENOMEM;
	list->count--; /* the NULL is not one of the strings */
	return 0;
}

static int push_valgrind(struct execution *x, const struct process_spec *spec, struct strings *argv)
{
	static const char *const common[] = {"--vgdb=no", "--quiet", "--trace-children=yes",
					     "--error-exitcode=0", "--xml=yes"};
	const char *const *own = valgrind_options(spec->under);
	const char *tool = vocab_name(&under_vocab, (int)spec->under);
	int rc = push(argv, mem_strdup("valgrind"));

	rc = rc ? rc : push(argv, mem_printf("--tool=%s", tool));
	for (size_t i = 0; !rc && i < ARRAY_SIZE(common); i++)
		rc = push(argv, mem_strdup(common[i]));
	for (size_t i = 0; !rc && own[i]; i++)
		rc = push(argv, mem_strdup(own[i]));
	rc = rc ? rc
		: push(argv, mem_printf("--xml-file=%s/.valgrind.%s.%%p.xml", x->tmp, spec->name));
	return rc ? rc
		  : push(argv,
			 mem_printf("--log-file=%s/.valgrind.%s.%%p.log", x->tmp, spec->name));
}

static int prepare_argv(struct execution *x, const struct process_spec *spec,
			struct preparation *prep)
{
	int rc = 0;

	if (spec->under != UNDER_NONE)
		rc = push_valgrind(x, spec, &prep->argv);
	if (spec->shell) {
		rc = rc ? rc : push(&prep->argv, mem_strdup("sh"));
		rc = rc ? rc : push(&prep->argv, mem_strdup("-c"));
		rc = rc ? rc : push(&prep->argv, execution_expand(x, spec->shell));
	}
	for (size_t i = 0; !rc && i < spec->argv.count; i++)
		rc = push(&prep->argv, execution_expand(x, spec->argv.items[i]));
	return rc ? rc : end_list(&prep->argv);
}

static bool sets(const struct process_spec *spec, const char *entry)
{
	for (size_t i = 0; i < spec->env_count; i++) {
		size_t len = strlen(spec->env[i].name);

		if (strncmp(entry, spec->env[i].name, len) == 0 && entry[len] == '=')
			return true;
	}
	return strncmp(entry, "TMPDIR=", 7) == 0;
}

static int prepare_env(struct execution *x, const struct process_spec *spec,
		       struct preparation *prep)
{
	int rc = push(&prep->env, mem_printf("TMPDIR=%s", x->tmp));

	for (char **entry = environ; !rc && *entry; entry++)
		if (!sets(spec, *entry))
			rc = push(&prep->env, mem_strdup(*entry));
	for (size_t i = 0; !rc && i < spec->env_count; i++) {
		cleanup_free char *value = NULL;

		if (!spec->env[i].value)
			continue;
		value = execution_expand(x, spec->env[i].value);
		if (!value)
			return -ENOMEM;
		rc = push(&prep->env, mem_printf("%s=%s", spec->env[i].name, value));
	}
	if (!rc && x->counts_fd)
		rc = push(&prep->env, mem_printf("%s=%d", SEGMENT_ENV, COUNTS_FD));
	return rc ? rc : end_list(&prep->env);
}

static void use_fd(struct preparation *prep, int target, int source)
{
	prep->fds[prep->fd_count++] = (struct launch_fd){target, source};
}

static int own_fd(struct preparation *prep, int fd)
{
	if (fd >= 0)
		prep->own[prep->own_count++] = fd;
	return fd < 0 ? -errno : fd;
}

static int end_of_channel(struct execution *x, struct preparation *prep, int channel, int end)
{
	bool own;
	int fd = channel_end(&x->channels[channel], end, &own);

	return own ? own_fd(prep, fd) : fd;
}

static int text_input(struct execution *x, struct preparation *prep, const char *text)
{
	cleanup_free char *expanded = execution_expand(x, text);
	int fd = own_fd(prep, memfd_create("stdin", MFD_CLOEXEC));
	size_t size;

	if (!expanded)
		return -ENOMEM;
	if (fd < 0)
		return fd;
	size = strlen(expanded);
	if (write(fd, expanded, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET))
		return -EIO;
	return fd;
}

static int open_file(struct execution *x, struct preparation *prep, const char *path, int flags)
{
	cleanup_free char *expanded = execution_expand(x, path);

	return expanded ? own_fd(prep, open(expanded, flags | O_CLOEXEC, 0666)) : -ENOMEM;
}

static int prepare_stdin(struct execution *x, const struct process_spec *spec,
			 struct preparation *prep, struct err *err)
{
	int fd;

	switch (spec->in.kind) {
	case STDIO_CHANNEL:
		fd = end_of_channel(x, prep, spec->in.channel, END_READ);
		break;
	case STDIO_FILE:
		fd = open_file(x, prep, spec->in.text, O_RDONLY);
		break;
	case STDIO_TEXT:
		fd = text_input(x, prep, spec->in.text);
		break;
	default:
		fd = own_fd(prep, open("/dev/null", O_RDONLY | O_CLOEXEC));
		break;
	}
	if (fd < 0)
		return err_errno(err, fd, "stdin of '%s'", spec->name);
	use_fd(prep, STDIN_FILENO, fd);
	return 0;
}

/* A file, so that nothing that the program prints can block it or break. */
static int capture(const char *name, int *ret_fd)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	fcntl(fd, F_SETFL, O_APPEND | O_RDWR);
	*ret_fd = fd;
	return fd;
}

static int prepare_output(struct execution *x, const struct process_spec *spec,
			  const struct stdio_spec *stdio, int target, int *capture_fd,
			  struct preparation *prep, struct err *err)
{
	int fd;

	switch (stdio->kind) {
	case STDIO_CHANNEL:
		fd = end_of_channel(x, prep, stdio->channel, END_WRITE);
		break;
	case STDIO_FILE:
		fd = open_file(x, prep, stdio->text, O_WRONLY | O_CREAT | O_TRUNC);
		break;
	default:
		fd = capture(target == STDOUT_FILENO ? "stdout" : "stderr", capture_fd);
		break;
	}
	if (fd < 0)
		return err_errno(err, fd, "%s of '%s'", target == 1 ? "stdout" : "stderr",
				 spec->name);
	use_fd(prep, target, fd);
	return 0;
}

static int prepare_fds(struct execution *x, struct subject *s, struct preparation *prep,
		       struct err *err)
{
	const struct process_spec *spec = s->spec;
	int rc;

	if (spec->fd_count + 4 > LAUNCH_FDS_MAX)
		return err_set(err, -E2BIG, "process '%s' is given more than %d descriptors",
			       spec->name, LAUNCH_FDS_MAX);
	rc = prepare_stdin(x, spec, prep, err);

	rc = rc ? rc : prepare_output(x, spec, &spec->out, 1, &s->out_fd, prep, err);
	rc = rc ? rc : prepare_output(x, spec, &spec->err, 2, &s->err_fd, prep, err);
	for (size_t i = 0; !rc && i < spec->fd_count; i++) {
		int fd = end_of_channel(x, prep, spec->fds[i].channel, (int)spec->fds[i].end);

		if (fd < 0)
			return err_errno(err, fd, "descriptor %d of '%s'", spec->fds[i].fd,
					 spec->name);
		use_fd(prep, spec->fds[i].fd, fd);
	}
	if (!rc && x->counts_fd)
		use_fd(prep, COUNTS_FD, x->counts_fd);
	return rc;
}

static const char *path_variable(const struct preparation *prep)
{
	for (size_t i = 0; i < prep->env.count; i++)
		if (strncmp(prep->env.items[i], "PATH=", 5) == 0)
			return prep->env.items[i] + 5;
	return NULL;
}

int subject_place(const struct process_spec *spec, struct numa_place *ret_place, struct err *err)
{
	int rc = numa_place_find((int)spec->place.process - 1, (int)spec->place.memory - 1,
				 ret_place, err);

	return rc ? err_wrap(err, rc, "process '%s'", spec->name) : 0;
}

static int launch_subject(struct execution *x, struct subject *s, const struct filter *filter,
			  struct preparation *prep, struct err *err)
{
	struct numa_place place;
	struct launch launch = {.path = prep->path,
				.argv = prep->argv.items,
				.envp = prep->env.items,
				.cwd = prep->cwd,
				.fds = prep->fds,
				.fd_count = prep->fd_count,
				.limits = prep->limits,
				.limit_count = s->spec->limit_count,
				.place = &place,
				.filter = filter,
				.under_valgrind = s->spec->under != UNDER_NONE};
	int rc = subject_place(s->spec, &place, err);

	if (rc)
		return rc;

	for (size_t i = 0; i < s->spec->limit_count; i++)
		prep->limits[i] = (struct launch_limit){limit_resource(s->spec->limits[i].kind),
							s->spec->limits[i].value};
	rc = frozen_launch(x, s, &launch, err);
	if (rc)
		return rc < 0 ? rc : 0;
	rc = engine_launch(&x->engine, &launch, s->index, s->copy, &s->process, err);
	s->fds_at_start = (unsigned)prep->fd_count;
	return rc ? err_wrap(err, rc, "process '%s'", s->spec->name) : 0;
}

static int start_one(struct execution *x, struct subject *s, struct err *err)
{
	struct preparation prep = {0};
	const struct filter *filter = NULL;
	int rc = execution_filter(x, s->spec, &filter, err);

	rc = rc ? rc : frozen_start(x, s, err);
	if (rc)
		return rc < 0 ? rc : 0;
	rc = prepare_argv(x, s->spec, &prep);
	if (!rc)
		rc = prepare_env(x, s->spec, &prep);
	if (!rc && s->spec->cwd)
		prep.cwd = execution_expand(x, s->spec->cwd);
	if (rc)
		err_errno(err, rc, "process '%s'", s->spec->name);
	if (!rc)
		rc = launch_find_program(prep.argv.items[0], path_variable(&prep), &prep.path, err);
	if (!rc)
		rc = prepare_fds(x, s, &prep, err);
	if (!rc)
		rc = launch_subject(x, s, filter, &prep, err);
	preparation_release(&prep);
	return rc;
}

int subjects_prepare(struct execution *x, struct err *err)
{
	for (size_t i = 0; i < x->scenario->process_count; i++) {
		const struct process_spec *spec = x->specs[i];
		unsigned copies = spec->copies ? spec->copies : 1;

		for (unsigned copy = 0; copy < copies; copy++) {
			struct subject *s = mem_append(&x->subjects, &x->subject_count, sizeof(*s));

			if (!s)
				return err_errno(err, -ENOMEM, "processes");
			*s = (struct subject){.spec = spec,
					      .index = (int)i,
					      .copy = copy,
					      .out_fd = -1,
					      .err_fd = -1};
			s->start_due =
				spec->start.of == INDEX_NONE && spec->start.fault == INDEX_NONE;
		}
	}
	return 0;
}

int subjects_start(struct execution *x, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < x->subject_count; i++) {
		struct subject *s = &x->subjects[i];

		if (!s->process && s->start_due)
			rc = start_one(x, s, err);
	}
	if (!rc)
		channels_close_given(x);
	return rc;
}

void subjects_release(struct execution *x)
{
	for (size_t i = 0; i < x->subject_count; i++) {
		if (x->subjects[i].out_fd >= 0)
			close(x->subjects[i].out_fd);
		if (x->subjects[i].err_fd >= 0)
			close(x->subjects[i].err_fd);
	}
	free(x->subjects);
	x->subjects = NULL;
	x->subject_count = 0;
}

struct subject *subject_of(struct execution *x, const struct process *p)
{
	for (size_t i = 0; i < x->subject_count; i++)
		if (x->subjects[i].index == p->spec && x->subjects[i].copy == p->copy)
			return &x->subjects[i];
	return NULL;
}

const char *subject_label(struct execution *x, const struct process *p, char *buf, size_t size)
{
	const struct process_spec *spec = x->specs[p->spec];
	char base[96];

	if (spec->copies > 1)
		snprintf(base, sizeof(base), "%s[%u]", spec->name, p->copy + 1);
	else
		snprintf(base, sizeof(base), "%s", spec->name);
	return process_name(p, base, buf, size);
}
