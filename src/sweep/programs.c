#include "sweep/programs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "sweep/digest.h"
#include "sweep/site.h"

#define PREFIX "# program "

static int compare(const void *left, const void *right)
{
	const struct program *a = left, *b = right;

	return strcmp(a->path, b->path);
}

static bool has(const struct programs *programs, const char *path)
{
	for (size_t i = 0; i < programs->count; i++)
		if (strcmp(programs->items[i].path, path) == 0)
			return true;
	return false;
}

static int add(struct programs *programs, const char *path, uint64_t digest,
	       enum program_state state)
{
	struct program *slot = mem_append(&programs->items, &programs->count, sizeof(*slot));

	if (!slot)
		return -ENOMEM;
	*slot = (struct program){mem_strdup(path), digest, state};
	if (slot->path)
		return 0;
	programs->count--;
	return -ENOMEM;
}

/* A name with a line break in it would be another comment. */
static bool is_file(const char *module)
{
	return module && module[0] == '/' && !strpbrk(module, "\n\r");
}

static int add_stack(const struct stack *stack, struct programs *programs)
{
	int rc = 0;

	for (size_t i = 0; i < stack->count && !rc; i++) {
		const char *module = stack->frames[i].module;
		uint64_t digest;

		if (is_file(module) && !frame_is_libc(&stack->frames[i]) &&
		    !has(programs, module) && digest_file(module, &digest) == 0)
			rc = add(programs, module, digest, PROGRAM_SAME);
	}
	return rc;
}

int programs_of_record(const struct record *record, struct programs *ret_programs)
{
	struct programs programs = {NULL, 0};
	int rc = 0;

	for (size_t i = 0; i < record->site_count && !rc; i++)
		rc = add_stack(&record->sites[i].stack, &programs);
	if (rc) {
		programs_release(&programs);
		return rc;
	}
	if (programs.count)
		qsort(programs.items, programs.count, sizeof(*programs.items), compare);
	*ret_programs = programs;
	return 0;
}

void programs_write(const struct programs *programs, FILE *to)
{
	for (size_t i = 0; i < programs->count; i++)
		fprintf(to, PREFIX "%016" PRIx64 " %s\n", programs->items[i].digest,
			programs->items[i].path);
}

static int add_line(const char *line, struct programs *programs)
{
	uint64_t then, now = 0;
	char *end;
	int rc;

	then = strtoull(line, &end, 16);
	if (end != line + 16 || *end != ' ')
		return 0;
	rc = digest_file(end + 1, &now);
	if (rc == -ENOMEM)
		return rc;
	return add(programs, end + 1, then,
		   rc		 ? PROGRAM_GONE
		   : now == then ? PROGRAM_SAME
				 : PROGRAM_CHANGED);
}

int programs_of_text(const char *text, struct programs *ret_programs)
{
	cleanup_free char *copy = mem_strdup(text);
	struct programs programs = {NULL, 0};
	char *next = copy, *line;
	int rc = copy ? 0 : -ENOMEM;

	while (!rc && (line = strsep(&next, "\n")) && line[0] == '#')
		if (strncmp(line, PREFIX, strlen(PREFIX)) == 0)
			rc = add_line(line + strlen(PREFIX), &programs);
	if (rc) {
		programs_release(&programs);
		return rc;
	}
	*ret_programs = programs;
	return 0;
}

uint64_t programs_digest(const struct programs *programs)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < programs->count; i++)
		sum += programs->items[i].digest ^ digest_text(programs->items[i].path);
	return sum;
}

void programs_release(struct programs *programs)
{
	for (size_t i = 0; i < programs->count; i++)
		free(programs->items[i].path);
	free(programs->items);
	*programs = (struct programs){NULL, 0};
}
