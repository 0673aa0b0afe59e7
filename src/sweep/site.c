#include "sweep/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool frame_is_libc(const struct frame *frame)
{
	static const char *const names[] = {"libc.so", "libc-", "libpthread", "ld-linux",
					    "ld-musl"};

	for (size_t i = 0; frame->module && i < ARRAY_SIZE(names); i++)
		if (strncmp(name_of(frame->module), names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static bool is_all_libc(const struct stack *stack)
{
	for (size_t i = 0; i < stack->count; i++)
		if (!frame_is_libc(&stack->frames[i]))
			return false;
	return true;
}

static void print_frame(FILE *out, const struct frame *frame)
{
	const char *module = frame->module ? name_of(frame->module) : "?";

	if (frame->function)
		fprintf(out, "%s!%s", module, frame->function);
	else
		fprintf(out, "%s+%#llx", module, (unsigned long long)frame->offset);
}

char *site_at(const struct call_site *site)
{
	const struct stack *stack = &site->stack;
	bool all = is_all_libc(stack), has = false;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < stack->count; i++) {
		if (!all && frame_is_libc(&stack->frames[i]))
			continue;
		fputs(has ? " < " : "", out);
		print_frame(out, &stack->frames[i]);
		has = true;
	}
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

const char *site_file(const struct call_site *site)
{
	const struct stack *stack = &site->stack;
	const char *module = "?";

	for (size_t i = 0; i < stack->count; i++) {
		if (frame_is_libc(&stack->frames[i]))
			continue;
		if (stack->frames[i].file)
			return stack->frames[i].file;
		if (*module == '?' && stack->frames[i].module)
			module = name_of(stack->frames[i].module);
	}
	return module;
}

/* clang-format off */
static const struct object_row {
	enum fd_kind kind;
	enum mechanism mechanism;
} objects[] = {
	{ FD_KIND_PIPE,           MECHANISM_PIPE },
	{ FD_KIND_FIFO,           MECHANISM_FIFO },
	{ FD_KIND_UNIX_STREAM,    MECHANISM_UNIX_STREAM },
	{ FD_KIND_UNIX_DGRAM,     MECHANISM_UNIX_DGRAM },
	{ FD_KIND_UNIX_SEQPACKET, MECHANISM_UNIX_SEQPACKET },
	{ FD_KIND_TCP,            MECHANISM_TCP },
	{ FD_KIND_UDP,            MECHANISM_UDP },
	{ FD_KIND_EVENTFD,        MECHANISM_EVENTFD },
	{ FD_KIND_SIGNALFD,       MECHANISM_SIGNAL },
	{ FD_KIND_MQUEUE,         MECHANISM_MQ_POSIX },
	{ FD_KIND_MSG_SYSV,       MECHANISM_MSG_SYSV },
	{ FD_KIND_SEM_SYSV,       MECHANISM_SEM_SYSV },
	{ FD_KIND_SHM_SYSV,       MECHANISM_SHM_SYSV },
};

static const struct call_row {
	const char *prefix; /* of the call's name */
	enum mechanism mechanism;
} calls[] = {
	{ "msg",         MECHANISM_MSG_SYSV },
	{ "sem",         MECHANISM_SEM_SYSV },
	{ "shm",         MECHANISM_SHM_SYSV },
	{ "mq_",         MECHANISM_MQ_POSIX },
	{ "futex",       MECHANISM_FUTEX },
	{ "flock",       MECHANISM_FILE_LOCK },
	{ "mmap",        MECHANISM_MMAP },
	{ "mremap",      MECHANISM_MMAP },
	{ "msync",       MECHANISM_MMAP },
	{ "kill",        MECHANISM_SIGNAL },
	{ "tkill",       MECHANISM_SIGNAL },
	{ "tgkill",      MECHANISM_SIGNAL },
	{ "rt_sig",      MECHANISM_SIGNAL },
	{ "rt_tgsig",    MECHANISM_SIGNAL },
	{ "pidfd_send",  MECHANISM_SIGNAL },
	{ "pause",       MECHANISM_SIGNAL },
	{ "signalfd",    MECHANISM_SIGNAL },
	{ "eventfd",     MECHANISM_EVENTFD },
	{ "pipe",        MECHANISM_PIPE },
};
/* clang-format on */

enum mechanism site_mechanism(const struct call_site *site)
{
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++)
		if (objects[i].kind == site->kind)
			return objects[i].mechanism;
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		if (strncmp(site->call, calls[i].prefix, strlen(calls[i].prefix)) == 0)
			return calls[i].mechanism;
	return MECHANISM_PROCESS;
}
