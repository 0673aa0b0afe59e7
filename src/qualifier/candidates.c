#include "qualifier/candidates.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "elf/image.h"

static bool is_listed(const struct declarations *list, const struct declaration *d)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct declaration *other = &list->items[i];

		if (other->line == d->line && other->column == d->column &&
		    strcmp(other->name, d->name) == 0 && strcmp(other->file, d->file) == 0)
			return true;
	}
	return false;
}

/* In front of the next kind; what is taken over is gone from @from. */
static int take(struct declarations *list, struct declaration *from)
{
	struct declaration *slot = mem_append(&list->items, &list->count, sizeof(*slot));
	size_t i;

	if (!slot)
		return -ENOMEM;
	for (i = list->count - 1; i > 0 && list->items[i - 1].kind > from->kind; i--)
		list->items[i] = list->items[i - 1];
	list->items[i] = *from;
	*from = (struct declaration){.kind = from->kind};
	return 0;
}

static int merge(struct declarations *list, struct declarations *more)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < more->count; i++)
		if (!is_listed(list, &more->items[i]))
			rc = take(list, &more->items[i]);
	declarations_release(more);
	return rc;
}

static int add_file(struct declarations *list, struct image_set *images, const char *path,
		    struct err *err)
{
	struct declarations more = {0};
	struct image *image = NULL;
	int fd = fault_point("open") ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	int rc = fd < 0 ? -errno : image_set_add(images, fd, path, &image, err);

	if (fd < 0)
		return err_errno(err, rc ? rc : -EIO, "%s", path);
	if (!rc && image_is_elf(image))
		rc = image_declarations(image, &more, err);
	return rc ? rc : merge(list, &more);
}

static int add_folder(struct declarations *list, const char *folder, struct err *err)
{
	cleanup_free char *root = mem_strdup(folder);
	char *roots[] = {root, NULL};
	struct image_set *images = image_set_new();
	FTS *walk = root && images && !fault_point("fts_open")
			    ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL)
			    : NULL;
	const FTSENT *entry;
	int rc = walk ? 0 : -ENOMEM;

	while (!rc && (entry = fts_read(walk)))
		if (entry->fts_info == FTS_F && entry->fts_statp->st_mode & S_IXUSR)
			rc = add_file(list, images, entry->fts_path, err);
	if (walk)
		fts_close(walk);
	image_set_free(images);
	return rc;
}

int candidates_find(const struct compile_request *build, struct declarations *ret, struct err *err)
{
	struct compile_request plain = *build;
	struct declarations list = {0};
	cleanup_free char *folder = NULL;
	int rc;

	plain.level = "-O0";
	rc = compile_get(&plain, &folder, err);
	if (rc)
		return rc;
	rc = add_folder(&list, folder, err);
	if (rc) {
		declarations_release(&list);
		return err_wrap(err, rc, "declarations");
	}
	*ret = list;
	return 0;
}
