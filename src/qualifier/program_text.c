#include "qualifier/program_text.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define FILES_MAX 4096 /* of a large project only the first are changed */

static int add(struct program_texts *texts, const char *file, const char *shown, char *text)
{
	struct program_text *item = mem_append(&texts->items, &texts->count, sizeof(*item));

	if (!item) {
		free(text);
		return -ENOMEM;
	}
	item->text = text;
	item->file = mem_strdup(file);
	item->shown = mem_strdup(shown);
	return item->file && item->shown ? 0 : -ENOMEM;
}

static bool has_ending(const char *path, const char *const *endings)
{
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && endings[i]; i++)
		if (strcmp(dot, endings[i]) == 0)
			return true;
	return false;
}

bool program_text_is_unit(const struct program_text *text)
{
	static const char *const endings[] = {".c", ".cc", ".cpp", ".cxx", NULL};

	return has_ending(text->file, endings);
}

static bool is_c_file(const char *path)
{
	static const char *const endings[] = {".c",   ".h",   ".cc",  ".cpp", ".cxx",
					      ".hpp", ".hxx", ".inc", NULL};

	return has_ending(path, endings);
}

/* In the copy that is built "/x/src/a.c" of "/x/src" is "src/a.c". */
static int add_below(struct program_texts *texts, const char *source)
{
	cleanup_free char *root = mem_strdup(source);
	const char *slash = strrchr(source, '/');
	char *roots[] = {root, NULL};
	FTS *walk = root && !fault_point("fts_open")
			    ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL)
			    : NULL;
	const FTSENT *entry;
	int rc = walk ? 0 : -ENOMEM;

	while (!rc && (entry = fts_read(walk)) && texts->count < FILES_MAX) {
		char *text = NULL;

		if (entry->fts_info != FTS_F || !is_c_file(entry->fts_path))
			continue;
		rc = compile_read_file(entry->fts_path, &text);
		rc = rc ? rc
			: add(texts, entry->fts_path,
			      entry->fts_path + (slash ? slash + 1 - source : 0), text);
	}
	if (walk)
		fts_close(walk);
	return rc;
}

static int add_source(struct program_texts *texts, const struct compile_request *build,
		      size_t index, struct err *err)
{
	const char *source = build->sources[index];
	char *text = NULL;
	int rc;

	if (!build->spec->command) {
		rc = compile_preprocess(build, index, &text, err);
		if (rc)
			return rc;
		rc = add(texts, source, source, text);
	} else {
		rc = add_below(texts, source);
	}
	return rc ? err_errno(err, rc, "%s", source) : 0;
}

int program_texts_read(const struct compile_request *build, struct program_texts *ret,
		       struct err *err)
{
	struct program_texts texts = {0};
	int rc = 0;

	for (size_t i = 0; !rc && i < build->spec->sources.count; i++)
		rc = add_source(&texts, build, i, err);
	if (rc)
		program_texts_release(&texts);
	else
		*ret = texts;
	return rc;
}

void program_texts_release(struct program_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++) {
		free(texts->items[i].file);
		free(texts->items[i].shown);
		free(texts->items[i].text);
	}
	free(texts->items);
	*texts = (struct program_texts){0};
}
