#include "sweep/write.h"

#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "model/expand.h"
#include "sweep/write_private.h"
#include "sweep/yaml.h"

void writer_quoted(struct writer *w, const char *text)
{
	int rc = yaml_write_quoted(w->to, text);

	w->rc = rc ? rc : w->rc;
}

static const char *look_up_dir(const char *name, size_t len, void *data)
{
	return len == 3 && strncmp(name, "dir", 3) == 0 ? data : NULL;
}

void writer_text(struct writer *w, const char *text)
{
	char *expanded = NULL;

	if (expand_text(text, look_up_dir, w->dir, false, &expanded)) {
		w->rc = -ENOMEM;
		return;
	}
	writer_quoted(w, expanded);
	free(expanded);
}

/* "  key: text" */
static void write_entry(struct writer *w, const char *key, const char *text)
{
	fprintf(w->to, "%s: ", key);
	writer_text(w, text);
	putc('\n', w->to);
}

void writer_list(struct writer *w, const char *key, const struct strings *list)
{
	fprintf(w->to, "%s: [", key);
	for (size_t i = 0; i < list->count; i++) {
		fputs(i ? ", " : "", w->to);
		writer_text(w, list->items[i]);
	}
	fputs("]\n", w->to);
}

static void write_size(struct writer *w, const char *key, uint64_t value, bool *has)
{
	if (!value)
		return;
	fprintf(w->to, "%s%s: %" PRIu64, *has ? ", " : "", key, value);
	*has = true;
}

static void write_channel(struct writer *w, const struct channel *c)
{
	const char *kind = vocab_name(&channel_vocab, (int)c->kind);
	bool plain = c->kind != CHANNEL_FIFO && c->kind != CHANNEL_SOCKETPAIR &&
		     c->kind != CHANNEL_TCP && !c->capacity && !c->maxmsg && !c->msgsize &&
		     !c->size;
	bool has = false;

	fputs("  ", w->to);
	writer_quoted(w, c->name);
	if (plain) {
		fprintf(w->to, ": %s\n", kind);
		return;
	}
	fprintf(w->to, ": {%s: ", kind);
	switch (c->kind) {
	case CHANNEL_FIFO:
		writer_text(w, c->path);
		break;
	case CHANNEL_SOCKETPAIR:
		fputs(c->socket_type == SOCK_DGRAM	 ? "dgram"
		      : c->socket_type == SOCK_SEQPACKET ? "seqpacket"
							 : "stream",
		      w->to);
		break;
	case CHANNEL_TCP:
		fputs("loopback", w->to);
		break;
	default:
		putc('{', w->to);
		write_size(w, "capacity", c->capacity, &has);
		write_size(w, "maxmsg", c->maxmsg, &has);
		write_size(w, "msgsize", c->msgsize, &has);
		write_size(w, "size", c->size, &has);
		putc('}', w->to);
		break;
	}
	fputs("}\n", w->to);
}

/* Without a slash it would be the name of a channel. */
static void write_file(struct writer *w, const char *path)
{
	cleanup_free char *whole = mem_printf("%s%s", strchr(path, '/') ? "" : "./", path);

	if (whole)
		writer_text(w, whole);
	else
		w->rc = -ENOMEM;
}

static void write_stdio(struct writer *w, const char *key, const struct stdio_spec *stdio)
{
	switch (stdio->kind) {
	case STDIO_CHANNEL:
		fprintf(w->to, "    %s: ", key);
		writer_quoted(w, w->s->channels[stdio->channel].name);
		putc('\n', w->to);
		break;
	case STDIO_FILE:
		fprintf(w->to, "    %s: ", key);
		write_file(w, stdio->text);
		putc('\n', w->to);
		break;
	case STDIO_TEXT:
		fprintf(w->to, "    %s: {text: ", key);
		writer_text(w, stdio->text);
		fputs("}\n", w->to);
		break;
	case STDIO_DEFAULT:
		break;
	}
}

static void write_fds(struct writer *w, const struct process_spec *p)
{
	static const char *const ends[] = {".read", ".write", ""};

	for (size_t i = 0; i < p->fd_count; i++) {
		fprintf(w->to, "%s%d: \"%s%s\"", i ? ", " : "    fds: {", p->fds[i].fd,
			w->s->channels[p->fds[i].channel].name, ends[p->fds[i].end]);
	}
	fputs(p->fd_count ? "}\n" : "", w->to);
}

static void write_env(struct writer *w, const struct process_spec *p)
{
	fputs(p->env_count ? "    env:\n" : "", w->to);
	for (size_t i = 0; i < p->env_count; i++) {
		fputs("      ", w->to);
		writer_quoted(w, p->env[i].name);
		fputs(": ", w->to);
		if (p->env[i].value)
			writer_text(w, p->env[i].value);
		else
			fputs("null", w->to);
		putc('\n', w->to);
	}
}

static void write_start(struct writer *w, const struct process_spec *p)
{
	if (p->start.fault != INDEX_NONE) {
		fputs("    start: {after: {fault: ", w->to);
		writer_quoted(w, w->s->faults[p->start.fault].name);
		fputs("}}\n", w->to);
	}
	if (p->start.of == INDEX_NONE)
		return;
	fputs("    start: {after: {output: ", w->to);
	writer_match(w, &p->start.output);
	fputs(", of: ", w->to);
	writer_quoted(w, w->s->processes[p->start.of].name);
	fputs("}}\n", w->to);
}

static void write_place(struct writer *w, const struct process_spec *p)
{
	bool both = p->place.process && p->place.memory;

	if (!p->place.process && !p->place.memory)
		return;
	fputs("    place: {", w->to);
	if (p->place.process)
		fprintf(w->to, "process: node%u%s", p->place.process - 1, both ? ", " : "");
	if (p->place.memory)
		fprintf(w->to, "memory: node%u", p->place.memory - 1);
	fputs("}\n", w->to);
}

static void write_process(struct writer *w, const struct process_spec *p)
{
	fputs("  ", w->to);
	writer_quoted(w, p->name);
	fputs(":\n", w->to);
	if (p->shell)
		write_entry(w, "    run", p->shell);
	else
		writer_list(w, "    run", &p->argv);
	write_stdio(w, "stdin", &p->in);
	write_stdio(w, "stdout", &p->out);
	write_stdio(w, "stderr", &p->err);
	write_fds(w, p);
	write_env(w, p);
	if (p->cwd)
		write_entry(w, "    cwd", p->cwd);
	write_start(w, p);
	write_place(w, p);
	if (p->under != UNDER_NONE)
		fprintf(w->to, "    under: %s\n", vocab_name(&under_vocab, (int)p->under));
	for (size_t i = 0; i < p->limit_count; i++)
		fprintf(w->to, "%s%s: %" PRIu64 "%s", i ? ", " : "    limits: {",
			vocab_name(&limit_vocab, (int)p->limits[i].kind), p->limits[i].value,
			i + 1 == p->limit_count ? "}\n" : "");
	if (p->copies > 1)
		fprintf(w->to, "    count: %u\n", p->copies);
}

static void write_build(struct writer *w, const struct build_spec *build)
{
	if (!build->present)
		return;
	fputs("build:\n", w->to);
	writer_list(w, "  sources", &build->sources);
	writer_list(w, "  compilers", &build->compilers);
	writer_list(w, "  levels", &build->levels);
	if (build->flags.count)
		writer_list(w, "  flags", &build->flags);
	if (build->command)
		write_entry(w, "  command", build->command);
}

static void write_document(struct writer *w, const char *about)
{
	const struct scenario *s = w->s;

	write_entry(w, "scenario", s->title);
	fprintf(w->to, "mechanism: %s\n", vocab_name(&mechanism_vocab, (int)s->mechanism));
	if (about || s->about)
		write_entry(w, "about", about ? about : s->about);
	if (s->needs.count)
		writer_list(w, "needs", &s->needs);
	write_build(w, &s->build);
	fputs(s->channel_count ? "channels:\n" : "", w->to);
	for (size_t i = 0; i < s->channel_count; i++)
		write_channel(w, &s->channels[i]);
	fputs("processes:\n", w->to);
	for (size_t i = 0; i < s->process_count; i++)
		write_process(w, &s->processes[i]);
	writer_faults(w);
	writer_expect(w);
	writer_schedule(w);
	if (s->model != MODEL_KERNEL)
		fprintf(w->to, "model: %s\n", vocab_name(&model_vocab, (int)s->model));
	fprintf(w->to, "deadline: %" PRIu64 "ms\n", s->deadline_ns / NS_PER_MS);
	if (s->seed_given)
		fprintf(w->to, "seed: %" PRIu64 "\n", s->seed);
}

static int folder_of(const char *file, char **ret_dir)
{
	cleanup_free char *copy = mem_strdup(file);
	cleanup_free char *dir = copy ? mem_strdup(dirname(copy)) : NULL;
	char *whole = dir ? realpath(dir, NULL) : NULL;

	*ret_dir = whole ? whole : TAKE_PTR(dir);
	return *ret_dir ? 0 : -ENOMEM;
}

int scenario_write(const struct scenario *scenario, const char *about, FILE *to, struct err *err)
{
	struct writer w = {.to = to, .s = scenario};

	w.rc = folder_of(scenario->file, &w.dir);
	if (!w.rc)
		write_document(&w, about);
	free(w.dir);
	if (!w.rc && ferror(to))
		w.rc = -EIO;
	return w.rc ? err_errno(err, w.rc, "scenario '%s'", scenario->title) : 0;
}
