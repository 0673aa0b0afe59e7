#include "compile/compile.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "compile/compile_private.h"

int compile_read_file(const char *path, char **ret_text)
{
	cleanup_close int fd = fault_point("open") ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	cleanup_free char *text = NULL;
	struct stat st;
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0 || fstat(fd, &st))
		return errno ? -errno : -EIO;
	text = mem_zalloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	for (; n > 0 && len < (size_t)st.st_size; len += (size_t)n) {
		n = read(fd, text + len, (size_t)st.st_size - len);
		if (n < 0)
			return -errno;
	}
	*ret_text = TAKE_PTR(text);
	return 0;
}

/* --- what is made -------------------------------------------------------- */

/* "src/ring.c" → "ring" */
static char *program_name(const char *source)
{
	const char *base = strrchr(source, '/') ? strrchr(source, '/') + 1 : source;
	const char *dot = strrchr(base, '.');

	return mem_strndup(base, dot ? (size_t)(dot - base) : strlen(base));
}

/* The changed text of the source, or the source itself. */
static int push_source(struct argv *argv, const struct compile_request *r, size_t index,
		       const char *folder, struct err *err)
{
	const char *source = r->sources[index], *dot = strrchr(source, '.');
	const struct compile_change *change = change_of(r, source);
	char *path;

	if (!change)
		return argv_push(argv, source);
	path = mem_printf("%s/%zu.%s", folder, index, dot && strcmp(dot, ".c") == 0 ? "i" : "ii");
	if (argv_push_owned(argv, path))
		return err_errno(err, -ENOMEM, "compile");
	return write_text(path, change->text, err);
}

static int link_program(const struct compile_request *r, const char *folder, struct err *err)
{
	cleanup_free char *name = program_name(r->sources[0]);
	cleanup_free char *target = name ? mem_printf("%s/%s", folder, name) : NULL;
	struct argv argv = {0};
	int rc = target ? argv_push_flags(&argv, r) : -ENOMEM;

	rc = rc ? rc : argv_push(&argv, "-o");
	rc = rc ? rc : argv_push(&argv, target);
	for (size_t i = 0; !rc && i < r->spec->sources.count; i++)
		rc = push_source(&argv, r, i, folder, err);
	rc = rc ? rc : argv_push(&argv, NULL);
	if (rc == -ENOMEM)
		err_errno(err, rc, "compile");
	if (!rc)
		rc = r->ipcfault ? compile_run_counted(r, &argv, folder, err)
				 : compile_run_in(r, &argv, NULL, folder, err);
	argv_release(&argv);
	return rc;
}

static char *all_flags_text(const struct compile_request *r)
{
	char *text = compile_flags_text(r->spec, r->level);

	for (size_t i = 0; text && r->extra && r->extra[i]; i++) {
		cleanup_free char *before = text;

		text = mem_printf("%s %s", before, r->extra[i]);
	}
	return text;
}

/* "=${cflags}" becomes "=\"${cflags}\"": one word for `make CFLAGS=${cflags}`. */
static char *quote(const char *text, const char *name)
{
	cleanup_free char *plain = mem_printf("=${%s}", name);
	char *line = plain ? mem_strdup("") : NULL;

	while (line && *text) {
		const char *found = strstr(text, plain);
		size_t len = found ? (size_t)(found - text) : strlen(text);
		cleanup_free char *before = line;

		line = found ? mem_printf("%s%.*s=\"${%s}\"", before, (int)len, text, name)
			     : mem_printf("%s%s", before, text);
		text += len + (found ? strlen(plain) : 0);
	}
	return line;
}

/* The copy in @folder is called by its original's name in the debug information. */
static char *flags_of_copy(const struct compile_request *r, const char *folder)
{
	char *flags = all_flags_text(r);

	for (size_t i = 0; flags && i < r->spec->sources.count; i++) {
		cleanup_free char *before = flags, *original = realpath(r->sources[i], NULL);
		const char *base = original ? strrchr(original, '/') : NULL;

		flags = base && !strpbrk(original, " '")
				? mem_printf("%s -ffile-prefix-map=%s%s=%s", before, folder, base,
					     original)
				: mem_strdup(before);
	}
	return flags;
}

/* For the shell, with its variables cc and cflags: several words as in `${cc} ${cflags} x.c`. */
static char *shell_line(const struct compile_request *r, const char *folder)
{
	cleanup_free char *flags = flags_of_copy(r, folder);
	cleanup_free char *cc = r->ipcfault ? mem_printf("%s cc --cc=%s", r->ipcfault, r->compiler)
					    : mem_strdup(r->compiler);
	cleanup_free char *once = quote(r->spec->command, "cflags");
	cleanup_free char *command = once ? quote(once, "cc") : NULL;

	return flags && cc && command ? mem_printf("cc='%s' cflags='%s'\n%s", cc, flags, command)
				      : NULL;
}

/* "/x/src/a.c", of the sources "/x/src", is in the copy "src/a.c"; NULL: of none of them. */
static char *place_in_copy(const struct compile_request *r, const char *folder, const char *file)
{
	for (size_t i = 0; i < r->spec->sources.count; i++) {
		const char *source = r->sources[i], *slash = strrchr(source, '/');
		size_t len = strlen(source);

		if (strncmp(file, source, len) == 0 && (file[len] == '/' || !file[len]))
			return mem_printf("%s/%s", folder,
					  slash ? file + (slash + 1 - source) : file);
	}
	return NULL;
}

static int change_copy(const struct compile_request *r, const char *folder, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < r->change_count; i++) {
		cleanup_free char *path = place_in_copy(r, folder, r->changes[i].file);

		rc = path ? write_text(path, r->changes[i].text, err)
			  : err_set(err, -EINVAL, "compile: %s", r->changes[i].file);
	}
	return rc;
}

/* In a copy: the source tree is never touched. */
static int run_command(const struct compile_request *r, const char *folder, struct err *err)
{
	cleanup_free char *line = shell_line(r, folder);
	struct argv copy = {0}, shell = {0};
	int rc = line ? argv_push(&copy, "cp") : -ENOMEM;

	rc = rc ? rc : argv_push(&copy, "-R");
	rc = rc ? rc : argv_push(&copy, "--");
	for (size_t i = 0; !rc && i < r->spec->sources.count; i++)
		rc = argv_push(&copy, r->sources[i]);
	rc = rc ? rc : argv_push(&copy, folder);
	rc = rc ? rc : argv_push(&copy, NULL);
	rc = rc ? rc : argv_push(&shell, "sh");
	rc = rc ? rc : argv_push(&shell, "-ec");
	rc = rc ? rc : argv_push(&shell, line);
	rc = rc ? rc : argv_push(&shell, NULL);
	if (rc)
		err_errno(err, rc, "compile");
	rc = rc ? rc : compile_run_in(r, &copy, NULL, folder, err);
	rc = rc ? rc : change_copy(r, folder, err);
	rc = rc ? rc : compile_run_in(r, &shell, folder, folder, err);
	argv_release(&copy);
	argv_release(&shell);
	return rc;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* Made beside its place, so that nobody finds half of it. */
static int make(const struct compile_request *r, const char *folder, struct err *err)
{
	cleanup_free char *fresh = mem_printf("%s.%d", folder, (int)getpid());
	int rc = fresh ? 0 : err_errno(err, -ENOMEM, "compile");

	if (!rc && mkdir(fresh, 0777))
		rc = err_errno(err, -errno, "folder %s", fresh);
	if (!rc)
		rc = r->spec->command ? run_command(r, fresh, err) : link_program(r, fresh, err);
	if (!rc && rename(fresh, folder))
		rc = err_errno(err, -errno, "folder %s", folder);
	if (rc && fresh)
		nftw(fresh, remove_entry, 16, FTW_PHYS | FTW_DEPTH);
	return rc;
}

static int make_folders(const char *path, struct err *err)
{
	cleanup_free char *copy = mem_strdup(path);

	if (!copy)
		return err_errno(err, -ENOMEM, "compile");
	for (char *slash = copy; slash; *slash = '/') {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (mkdir(copy, 0777) && errno != EEXIST)
			return err_errno(err, -errno, "folder %s", copy);
		if (!slash)
			break;
	}
	return 0;
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
	cleanup_free char *folder = NULL;
	cleanup_close int fd = -1;
	char key[33];
	int rc = make_folders(request->cache, err);

	if (!rc)
		rc = compile_key(request, key, err);
	if (rc)
		return rc;
	folder = mem_printf("%s/%s", request->cache, key);
	if (!folder)
		return err_errno(err, -ENOMEM, "compile");
	fd = lock(folder, err);
	if (fd < 0)
		return fd;
	if (access(folder, F_OK))
		rc = make(request, folder, err);
	if (!rc)
		*ret_folder = TAKE_PTR(folder);
	return rc;
}

int compile_preprocess(const struct compile_request *request, size_t index, char **ret_text,
		       struct err *err)
{
	cleanup_free char *scratch =
		mem_printf("%s/.preprocessed.%d", request->cache, (int)getpid());
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
