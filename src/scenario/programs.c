#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "model/expand.h"
#include "scenario/reader.h"

/* Are the programs there?  Only those named by a path that is known before the run. */

static const char *lookup(const char *name, size_t len, void *data)
{
	const struct reader *reader = data;

	return len == 7 && memcmp(name, "harness", 7) == 0 ? reader->options->harness : NULL;
}

/* Position of the first argument in the file. */
static struct pos program_pos(const struct reader *reader, const char *section,
			      const struct process_spec *process)
{
	const struct node *map = map_value(reader->root, section);
	const struct node *spec = map ? map_value(map, process->name) : NULL;
	const struct node *run = spec ? map_value(spec, "run") : NULL;

	if (!run)
		return process->pos;
	return run->kind == NODE_LIST && run->count ? run->items[0]->pos : run->pos;
}

static const char *nearest_file(DIR *dir, const char *name, char *best, size_t size)
{
	const struct dirent *entry;
	const char *words[2];
	size_t count = 0;

	while ((entry = readdir(dir))) {
		words[count] = entry->d_name;
		if (entry->d_name[0] == '.' ||
		    nearest_word(name, words, count + 1) != entry->d_name ||
		    strlen(entry->d_name) >= size)
			continue;
		snprintf(best, size, "%s", entry->d_name);
		words[0] = best;
		count = 1;
	}
	return count ? best : NULL;
}

static void complain_missing(struct reader *reader, struct pos pos, char *path)
{
	char *slash = strrchr(path, '/'), best[256];
	const char *near = NULL;
	cleanup_closedir DIR *dir = NULL;

	*slash = '\0';
	dir = opendir(*path ? path : "/");
	if (dir)
		near = nearest_file(dir, slash + 1, best, sizeof(best));
	complain_at(reader, pos, near, "no program `%s` in %s", slash + 1, *path ? path : "/");
}

static void check_program(struct reader *reader, const char *section,
			  const struct process_spec *process)
{
	const char *program = process->argv.count ? process->argv.items[0] : NULL;
	cleanup_free char *path = NULL;

	if (!program || !strchr(program, '/') ||
	    (program[0] != '/' && program[0] != '$' && process->cwd))
		return;
	if (expand_text(program, lookup, reader, false, &path) < 0) {
		reader->oom = true;
		return;
	}
	if (strstr(path, "${") || !strchr(path, '/'))
		return; /* the run will know */
	if (access(path, X_OK) == 0)
		return;
	if (errno == ENOENT || errno == ENOTDIR)
		complain_missing(reader, program_pos(reader, section, process), path);
	else
		complain_at(reader, program_pos(reader, section, process), NULL,
			    "`%s` cannot be run: %s", path, strerror(errno));
}

void check_programs(struct reader *reader)
{
	const struct scenario *s = reader->scenario;

	for (size_t i = 0; i < s->process_count && !is_enough(reader); i++) {
		check_program(reader, "processes", &s->processes[i]);
		if (s->control.present && s->control.processes[i].name)
			check_program(reader, "control", &s->control.processes[i]);
	}
}
