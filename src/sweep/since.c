#include "sweep/since.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "sweep/site.h"

/* "a/b.c" at the end of "/x/a/b.c", and of nothing like "/x/aa/b.c". */
static bool ends_with(const char *path, const char *end)
{
	size_t len = strlen(path), tail = strlen(end);

	return len >= tail && strcmp(path + len - tail, end) == 0 &&
	       (len == tail || path[len - tail - 1] == '/');
}

static const char *without_dots(const char *file)
{
	for (;;) {
		if (strncmp(file, "./", 2) == 0)
			file += 2;
		else if (strncmp(file, "../", 3) == 0)
			file += 3;
		else
			return file;
	}
}

/* What it is called in the tree, if it is there: that is exact. */
static bool find_in_tree(const char *file, const char *top, char **ret_whole)
{
	size_t len = strlen(top);
	char *whole = file[0] == '/' ? realpath(file, NULL) : NULL;

	if (whole && strncmp(whole, top, len) == 0 && whole[len] == '/') {
		*ret_whole = whole;
		return true;
	}
	free(whole);
	return false;
}

bool changes_have(const struct changes *changes, const char *file)
{
	cleanup_free char *whole = NULL;
	bool exact = find_in_tree(file, changes->top, &whole);
	const char *end = without_dots(file);

	for (size_t i = 0; i < changes->count; i++) {
		const char *changed = changes->files[i];

		if (exact ? strcmp(whole + strlen(changes->top) + 1, changed) == 0
			  : ends_with(file, changed) || ends_with(changed, end))
			return true;
	}
	return false;
}

bool site_has_changed(const struct call_site *site, const struct changes *changes)
{
	for (size_t i = 0; i < site->stack.count; i++) {
		const struct frame *frame = &site->stack.frames[i];

		if (frame->file && !frame_is_libc(frame) && changes_have(changes, frame->file))
			return true;
	}
	return false;
}

static bool has_source(const struct record *record)
{
	for (size_t i = 0; i < record->site_count; i++)
		for (size_t k = 0; k < record->sites[i].stack.count; k++) {
			const struct frame *frame = &record->sites[i].stack.frames[k];

			if (frame->file && !frame_is_libc(frame))
				return true;
		}
	return false;
}

int since_plan(const struct record *record, const struct changes *changes, struct plan *plan,
	       struct err *err)
{
	cleanup_free bool *changed = mem_zalloc(record->site_count + 1);

	if (!changed)
		return err_errno(err, -ENOMEM, "sweep");
	if (!has_source(record))
		return err_set(err, -ENODATA,
			       "--since %s: the program has no debug information that tells source "
			       "files: compile it with -g",
			       changes->rev);
	for (size_t i = 0; i < record->site_count; i++)
		changed[i] = site_has_changed(&record->sites[i], changes);
	for (size_t i = 0; i < plan->count; i++)
		if (!changed[plan->attempts[i]->site])
			plan->attempts[i]->state = ATTEMPT_ELSEWHERE;
	return 0;
}
