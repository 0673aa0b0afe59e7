/* By what compiled programs are found again: all that they are made of. */
#include <errno.h>
#include <ftw.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "compile/compile_private.h"

static struct key *walk_key; /* nftw() has no argument for us */

static int add_walked(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	key_add_text(walk_key, path);
	return type == FTW_F ? key_add_file(walk_key, path) : 0;
}

static int add_tree(struct key *key, const char *source, struct err *err)
{
	walk_key = key;
	return nftw(source, add_walked, 16, FTW_PHYS) ? err_errno(err, -errno, "build: %s", source)
						      : 0;
}

static int add_runtime(struct key *key, const char *ipcfault, struct err *err)
{
	cleanup_free char *runtime = compile_runtime(ipcfault, err);

	if (!runtime)
		return -ENOPKG;
	key_add_text(key, ipcfault);
	return key_add_file(key, runtime) ? err_errno(err, -EIO, "%s", runtime) : 0;
}

/* What it includes is added when that is known: deps.h. */
static int add_source(struct key *key, const char *source, struct err *err)
{
	cleanup_free char *folder = mem_strdup(source);
	int rc = folder ? key_add_file(key, source) : -ENOMEM;

	if (rc)
		return err_errno(err, rc, "%s", source);
	key_add_text(key, source);
	key_add_headers_of(key, dirname(folder));
	return 0;
}

static int add_sources(struct key *key, const struct compile_request *r, struct err *err)
{
	cleanup_free char *here = getcwd(NULL, 0);
	int rc = here ? 0 : err_errno(err, -errno, "compile");

	if (here)
		key_add_text(key, here);
	for (size_t i = 0; !rc && i < r->spec->sources.count; i++) {
		if (r->spec->command)
			rc = add_tree(key, r->sources[i], err);
		else if (!change_of(r, r->sources[i]))
			rc = add_source(key, r->sources[i], err);
		else
			key_add_text(key, r->sources[i]);
	}
	return rc;
}

static void add_texts(struct key *key, const struct compile_request *r)
{
	key_add_text(key, r->level);
	for (size_t i = 0; i < r->spec->flags.count; i++)
		key_add_text(key, r->spec->flags.items[i]);
	for (size_t i = 0; r->extra && r->extra[i]; i++)
		key_add_text(key, r->extra[i]);
	key_add_text(key, r->extra_for ? r->extra_for : "");
	key_add_folders(key, r->spec->flags.items, r->spec->flags.count);
	if (r->spec->command)
		key_add_text(key, r->spec->command);
	for (size_t i = 0; i < r->change_count; i++) {
		key_add_text(key, r->changes[i].file);
		key_add_text(key, r->changes[i].text);
	}
}

int compile_key(const struct compile_request *r, char ret_key[KEY_SIZE], struct err *err)
{
	struct key *key = key_new();
	int rc = key ? key_add_compiler(key, r->compiler, err) : err_errno(err, -ENOMEM, "compile");

	if (!rc)
		add_texts(key, r);
	if (!rc && r->is_counted)
		rc = add_runtime(key, r->ipcfault, err);
	rc = rc ? rc : add_sources(key, r, err);
	if (!rc)
		key_print(key, ret_key);
	key_free(key);
	return rc;
}
