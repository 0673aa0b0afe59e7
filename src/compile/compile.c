#include "compile/compile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "compile/compile_private.h"

static char *folder_of(const struct compile_request *r, const char *name)
{
	return mem_printf("%s/%s", r->cache, name);
}

/* Of sources it is known when they have been compiled once which files they include. */
static char *list_of(const struct compile_request *r, const char *key)
{
	return mem_printf("%s/%s.deps", r->cache, key);
}

/* Somebody else may have been quicker. */
static int move(const char *fresh, const char *folder, struct err *err)
{
	if (rename(fresh, folder) == 0)
		return 0;
	if (errno != EEXIST && errno != ENOTEMPTY)
		return err_errno(err, -errno, "folder %s", folder);
	remove_folder(fresh);
	return 0;
}

static int keep(const struct compile_request *r, const char *key, const struct deps *deps,
		const char *fresh, char **ret_folder, struct err *err)
{
	cleanup_free char *list = list_of(r, key), *folder = NULL;
	char name[KEY_SIZE];
	int rc = list ? deps_name(deps, key, name) : -ENOMEM;

	if (!rc)
		folder = folder_of(r, r->spec->command ? key : name);
	if (rc || !folder)
		return err_errno(err, rc ? rc : -ENOMEM, "compile");
	rc = r->spec->command ? 0 : deps_save(deps, list, fresh, err);
	rc = rc ? rc : move(fresh, folder, err);
	if (!rc)
		*ret_folder = TAKE_PTR(folder);
	return rc;
}

/* Made beside its place, so that nobody finds half of it. */
static int make(const struct compile_request *r, const char *key, char **ret_folder,
		struct err *err)
{
	cleanup_free char *place = folder_of(r, key), *fresh = place ? fresh_path(place) : NULL;
	struct deps deps = {0};
	int rc = fresh ? 0 : err_errno(err, -ENOMEM, "compile");

	if (!rc && mkdir(fresh, 0777))
		rc = err_errno(err, -errno, "folder %s", fresh);
	if (!rc)
		rc = r->spec->command ? compile_by_command(r, fresh, err)
				      : compile_program(r, fresh, &deps, err);
	rc = rc ? rc : keep(r, key, &deps, fresh, ret_folder, err);
	if (rc && fresh)
		remove_folder(fresh);
	deps_release(&deps);
	return rc;
}

/* 1: it is there, as it would be made now. */
static int find(const struct compile_request *r, const char *key, char **ret_folder,
		struct err *err)
{
	cleanup_free char *list = list_of(r, key), *folder = NULL;
	struct deps deps = {0};
	char name[KEY_SIZE];
	int rc = list ? 0 : -ENOMEM;

	if (!rc && !r->spec->command) {
		rc = deps_load(&deps, list, NULL);
		rc = rc ? rc : deps_name(&deps, key, name);
	}
	deps_release(&deps);
	if (!rc)
		folder = folder_of(r, r->spec->command ? key : name);
	if (rc == -ENOMEM || (!rc && !folder))
		return err_errno(err, -ENOMEM, "compile");
	if (rc || access(folder, F_OK))
		return 0;
	touch(list);
	touch(folder);
	*ret_folder = TAKE_PTR(folder);
	return 1;
}

/* Whoever comes second waits for the first. */
static int lock(const char *folder, struct err *err)
{
	cleanup_free char *path = mem_printf("%s.lock", folder);
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;

	if (!path)
		return err_errno(err, -ENOMEM, "compile");
	if (fd < 0)
		return err_errno(err, -errno, "%s", path);
	while (flock(fd, LOCK_EX))
		if (errno != EINTR)
			break;
	return fd;
}

int compile_get(const struct compile_request *request, char **ret_folder, struct err *err)
{
	cleanup_free char *place = NULL;
	cleanup_close int fd = -1;
	char key[KEY_SIZE];
	int rc = make_folders(request->cache, err);

	if (!rc)
		rc = compile_key(request, key, err);
	if (rc)
		return rc;
	place = folder_of(request, key);
	if (!place)
		return err_errno(err, -ENOMEM, "compile");
	fd = lock(place, err);
	if (fd < 0)
		return fd;
	rc = find(request, key, ret_folder, err);
	if (!rc)
		return make(request, key, ret_folder, err);
	return rc < 0 ? rc : 0;
}

int compile_preprocess(const struct compile_request *request, size_t index, char **ret_text,
		       struct err *err)
{
	cleanup_free char *place = mem_printf("%s/.preprocessed", request->cache);
	cleanup_free char *scratch = place ? fresh_path(place) : NULL;
	struct stat st;
	int rc = scratch ? make_folders(request->cache, err) : err_errno(err, -ENOMEM, "compile");

	if (!rc)
		rc = compile_find_compiler(request->compiler, &st, err);
	if (rc)
		return rc;
	rc = compile_preprocess_to(request, request->sources[index], scratch, err);
	if (!rc) {
		rc = compile_read_file(scratch, ret_text);
		if (rc)
			err_errno(err, rc, "%s", scratch);
	}
	unlink(scratch);
	return rc;
}

char *compile_cache_folder(void)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (cache && *cache == '/')
		return mem_printf("%s/ipcfault", cache);
	return home && *home == '/' ? mem_printf("%s/.cache/ipcfault", home) : NULL;
}
