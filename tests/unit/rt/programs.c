#include "programs.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"

char *programs_dir;

void programs_begin(void)
{
	needs_no_valgrind("compiles programs that reserve address space");
	programs_dir = tmpdir_new();
}

void programs_end(void)
{
	tmpdir_free(programs_dir);
}

/* We are BUILD/tests/rt. */
static const char *in_build(const char *name, char *path)
{
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 1);

	cr_assert(len > 0);
	path[len] = '\0';
	*strrchr(path, '/') = '\0';
	snprintf(strrchr(path, '/') + 1, 40, "%s", name);
	return path;
}

const char *programs_ipcfault(void)
{
	static char path[PATH_MAX];

	return in_build("ipcfault", path);
}

const char *programs_runtime(void)
{
	static char path[PATH_MAX];

	return in_build("libipcfault_rt.a", path);
}

int programs_sh(char *out, size_t size, const char *fmt, ...)
{
	size_t used = 0, got;
	char line[8192];
	va_list ap;
	FILE *pipe;
	int status;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	pipe = (popen)(line, "r");
	cr_assert(pipe);
	while (used + 1 < size && (got = fread(out + used, 1, size - 1 - used, pipe)) > 0)
		used += got;
	if (size)
		out[used] = '\0';
	status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

char *programs_compile(const char *name, const char *compiler, const char *flags)
{
	static unsigned number;
	char *program = mem_printf("%s/%s-%u", programs_dir, name, number++);
	char said[2000];
	int status = programs_sh(said, sizeof(said),
				 "%s cc --cc %s -D_GNU_SOURCE -Wall -Werror -pthread " TESTS
				 "/specimens/%s.c %s -o %s 2>&1",
				 programs_ipcfault(), compiler, name, flags, program);

	cr_assert(status == 0, "%s %s %s: %s", compiler, flags, name, said);
	return program;
}

struct counts programs_count(const char *command, uint32_t flags, int *ret_status)
{
	char number[20], out[1000];
	struct counts counts;
	struct err err = ERR_INIT;
	int fd = -1;

	cr_assert(counts_segment_new(flags, &fd, &err) == 0, "%s", err.text);
	snprintf(number, sizeof(number), "%d", fd);
	setenv(SEGMENT_ENV, number, 1);
	*ret_status = programs_sh(out, sizeof(out), "exec %s", command);
	unsetenv(SEGMENT_ENV);
	cr_assert(counts_read(fd, &counts, &err) == 0, "%s", err.text);
	close(fd);
	return counts;
}

uint64_t programs_sum(const struct counts *counts, enum segment_object_kind kind, uint64_t offset,
		      uint64_t size, bool is_write)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < counts->count; i++) {
		const struct count *c = &counts->items[i];

		if (c->object->kind == kind && c->offset == offset && c->size == size &&
		    c->is_write == is_write)
			sum += c->count;
	}
	return sum;
}
