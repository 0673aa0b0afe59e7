/* By what compiled programs are found again: all that they are made of. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "compile/compile_private.h"

static int add_file(XXH3_state_t *hash, const char *path)
{
	char buffer[16384];
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		XXH3_128bits_update(hash, buffer, (size_t)n);
	return n < 0 ? -errno : 0;
}

static void add_text(XXH3_state_t *hash, const char *text)
{
	XXH3_128bits_update(hash, text, strlen(text) + 1);
}

static int look_in_path(const char *compiler, struct stat *ret_st)
{
	const char *path = getenv("PATH");
	cleanup_free char *copy = path ? mem_strdup(path) : NULL;
	char *next = copy, *folder;

	if (strchr(compiler, '/'))
		return stat(compiler, ret_st) ? -errno : 0;
	while ((folder = strsep(&next, ":"))) {
		cleanup_free char *file = mem_printf("%s/%s", folder, compiler);

		if (!file)
			return -ENOMEM;
		if (stat(file, ret_st) == 0)
			return 0;
	}
	return -ENOENT;
}

int compile_find_compiler(const char *compiler, struct stat *ret_st, struct err *err)
{
	int rc = look_in_path(compiler, ret_st);

	if (rc == -ENOENT)
		return err_set(err, rc, "'%s' is not installed", compiler);
	return rc ? err_errno(err, rc, "compiler %s", compiler) : 0;
}

/* As make does: another compiler of the same name has another size or time. */
static int add_compiler(XXH3_state_t *hash, const char *compiler, struct err *err)
{
	struct stat st;
	int rc = compile_find_compiler(compiler, &st, err);

	if (rc)
		return rc;
	XXH3_128bits_update(hash, &st.st_size, sizeof(st.st_size));
	XXH3_128bits_update(hash, &st.st_mtim, sizeof(st.st_mtim));
	return 0;
}

static int add_runtime(XXH3_state_t *hash, const char *ipcfault, struct err *err)
{
	cleanup_free char *runtime = compile_runtime(ipcfault, err);

	if (!runtime)
		return -ENOPKG;
	add_text(hash, ipcfault);
	return add_file(hash, runtime) ? err_errno(err, -EIO, "%s", runtime) : 0;
}

int compile_preprocess_to(const struct compile_request *r, const char *source, const char *output,
			  struct err *err)
{
	struct argv argv = {0};
	int rc = argv_push_flags(&argv, r);

	rc = rc ? rc : argv_push(&argv, "-E");
	rc = rc ? rc : argv_push(&argv, source);
	rc = rc ? rc : argv_push(&argv, NULL);
	if (rc)
		err_errno(err, rc, "compile");
	else
		rc = compile_run(r, &argv, output, err);
	argv_release(&argv);
	return rc;
}

static int add_preprocessed(XXH3_state_t *hash, const struct compile_request *r, const char *source,
			    const char *scratch, struct err *err)
{
	const struct compile_change *change = change_of(r, source);
	int rc = change ? 0 : compile_preprocess_to(r, source, scratch, err);

	if (!change && !rc && add_file(hash, scratch))
		rc = err_errno(err, -EIO, "compile: %s", scratch);
	return rc;
}

static XXH3_state_t *walk_hash; /* nftw() has no argument for us */

static int add_walked(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	add_text(walk_hash, path);
	return type == FTW_F ? add_file(walk_hash, path) : 0;
}

static int add_tree(XXH3_state_t *hash, const char *source, struct err *err)
{
	walk_hash = hash;
	return nftw(source, add_walked, 16, FTW_PHYS) ? err_errno(err, -errno, "build: %s", source)
						      : 0;
}

static int add_sources(XXH3_state_t *hash, const struct compile_request *r, const char *scratch,
		       struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < r->spec->sources.count; i++)
		rc = r->spec->command ? add_tree(hash, r->sources[i], err)
				      : add_preprocessed(hash, r, r->sources[i], scratch, err);
	return rc;
}

int compile_key(const struct compile_request *r, char ret_key[33], struct err *err)
{
	cleanup_free char *scratch = mem_printf("%s/.preprocessed.%d", r->cache, (int)getpid());
	XXH3_state_t *hash = XXH3_createState();
	XXH128_hash_t sum;
	int rc = scratch && hash ? 0 : err_errno(err, -ENOMEM, "compile");

	if (!rc) {
		XXH3_128bits_reset(hash);
		rc = add_compiler(hash, r->compiler, err);
		add_text(hash, r->compiler);
		add_text(hash, r->level);
		for (size_t i = 0; i < r->spec->flags.count; i++)
			add_text(hash, r->spec->flags.items[i]);
		for (size_t i = 0; r->extra && r->extra[i]; i++)
			add_text(hash, r->extra[i]);
		if (r->spec->command)
			add_text(hash, r->spec->command);
		for (size_t i = 0; i < r->change_count; i++) {
			add_text(hash, r->changes[i].file);
			add_text(hash, r->changes[i].text);
		}
		if (!rc && r->ipcfault)
			rc = add_runtime(hash, r->ipcfault, err);
		rc = rc ? rc : add_sources(hash, r, scratch, err);
		unlink(scratch);
		sum = XXH3_128bits_digest(hash);
		snprintf(ret_key, 33, "%016llx%016llx", (unsigned long long)sum.high64,
			 (unsigned long long)sum.low64);
	}
	XXH3_freeState(hash);
	return rc;
}
