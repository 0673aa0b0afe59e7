#include "compile/compile.h"

#include <argz.h>
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
#include <xxhash.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "compile/command.h"

#define SAID_SHOWN 2000

/* Always: -g for the places in the reports. */
static const char *const own_flags[] = {"-g", "-fno-omit-frame-pointer"};
#define OWN_FLAGS (sizeof(own_flags) / sizeof(own_flags[0]))

struct argv {
	const char **items;
	size_t count;
	char *levels; /* argz: a level may be several flags */
	size_t levels_len;
	char **owned; /* some of the items */
	size_t owned_count;
};

static int push(struct argv *argv, const char *text)
{
	const char **slot = mem_append(&argv->items, &argv->count, sizeof(*slot));

	if (!slot)
		return -ENOMEM;
	*slot = text;
	return 0;
}

static int push_owned(struct argv *argv, char *text)
{
	char **slot = text ? mem_append(&argv->owned, &argv->owned_count, sizeof(*slot)) : NULL;

	if (!slot) {
		free(text);
		return -ENOMEM;
	}
	*slot = text;
	return push(argv, text);
}

static int push_levels(struct argv *argv, const char *level)
{
	char *flag = NULL;
	int rc = -argz_create_sep(level, ' ', &argv->levels, &argv->levels_len);

	while (!rc && (flag = argz_next(argv->levels, argv->levels_len, flag)))
		rc = push(argv, flag);
	return rc;
}

static void argv_release(struct argv *argv)
{
	free(argv->items);
	free(argv->levels);
	for (size_t i = 0; i < argv->owned_count; i++)
		free(argv->owned[i]);
	free(argv->owned);
}

static int push_flags(struct argv *argv, const struct compile_request *r)
{
	int rc = push(argv, r->compiler);

	for (size_t i = 0; !rc && i < OWN_FLAGS; i++)
		rc = push(argv, own_flags[i]);
	if (!rc)
		rc = push_levels(argv, r->level);
	for (size_t i = 0; !rc && i < r->spec->flags.count; i++)
		rc = push(argv, r->spec->flags.items[i]);
	for (size_t i = 0; !rc && r->extra && r->extra[i]; i++)
		rc = push(argv, r->extra[i]);
	return rc;
}

static const struct compile_change *change_of(const struct compile_request *r, const char *file)
{
	for (size_t i = 0; i < r->change_count; i++)
		if (strcmp(r->changes[i].file, file) == 0)
			return &r->changes[i];
	return NULL;
}

/* What the compiler said, cut. */
static int refused(const struct compile_request *r, const char *said, struct err *err)
{
	return err_set(err, -ENOEXEC, "%s %s does not compile it:\n%.*s", r->compiler, r->level,
		       SAID_SHOWN, said);
}

static int run(const struct compile_request *r, const struct argv *argv, const char *output,
	       struct err *err)
{
	const struct command command = {.argv = argv->items, .output = output};
	char *said = NULL;
	int rc = command_run(&command, &said, err);

	if (rc == -ENOEXEC)
		rc = refused(r, said, err);
	free(said);
	return rc;
}

static int write_text(const char *path, const char *text, struct err *err)
{
	FILE *file = fault_point("fopen") ? NULL : fopen(path, "we");
	int rc = file ? 0 : -errno;

	if (file && fputs(text, file) < 0)
		rc = -EIO;
	if (file && fclose(file))
		rc = -EIO;
	return rc ? err_errno(err, rc, "%s", path) : 0;
}

/* What makes a program; what is said about it is kept in its folder when someone has asked. */
static int run_in(const struct compile_request *r, const struct argv *argv, const char *cwd,
		  const char *folder, struct err *err)
{
	const struct command command = {.argv = argv->items, .cwd = cwd};
	cleanup_free char *path = mem_printf("%s/" COMPILE_SAID, folder), *said = NULL;
	int rc = path ? command_run(&command, &said, err) : err_errno(err, -ENOMEM, "compile");

	if (rc == -ENOEXEC)
		return refused(r, said, err);
	return rc || !r->extra ? rc : write_text(path, said, err);
}

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

/* --- the key ------------------------------------------------------------- */

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

static int find_compiler(const char *compiler, struct stat *ret_st)
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

/* As make does: another compiler of the same name has another size or time. */
static int add_compiler(XXH3_state_t *hash, const char *compiler, struct err *err)
{
	struct stat st;
	int rc = find_compiler(compiler, &st);

	if (rc == -ENOENT)
		return err_set(err, rc, "'%s' is not installed", compiler);
	if (rc)
		return err_errno(err, rc, "compiler %s", compiler);
	XXH3_128bits_update(hash, &st.st_size, sizeof(st.st_size));
	XXH3_128bits_update(hash, &st.st_mtim, sizeof(st.st_mtim));
	return 0;
}

static int preprocess(const struct compile_request *r, const char *source, const char *scratch,
		      struct err *err)
{
	struct argv argv = {0};
	int rc = push_flags(&argv, r);

	rc = rc ? rc : push(&argv, "-E");
	rc = rc ? rc : push(&argv, source);
	rc = rc ? rc : push(&argv, NULL);
	if (rc)
		err_errno(err, rc, "compile");
	else
		rc = run(r, &argv, scratch, err);
	argv_release(&argv);
	return rc;
}

static int add_preprocessed(XXH3_state_t *hash, const struct compile_request *r, const char *source,
			    const char *scratch, struct err *err)
{
	const struct compile_change *change = change_of(r, source);
	int rc = change ? 0 : preprocess(r, source, scratch, err);

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

static int make_key(const struct compile_request *r, char key[33], struct err *err)
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
		rc = rc ? rc : add_sources(hash, r, scratch, err);
		unlink(scratch);
		sum = XXH3_128bits_digest(hash);
		snprintf(key, 33, "%016llx%016llx", (unsigned long long)sum.high64,
			 (unsigned long long)sum.low64);
	}
	XXH3_freeState(hash);
	return rc;
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
		return push(argv, source);
	path = mem_printf("%s/%zu.%s", folder, index, dot && strcmp(dot, ".c") == 0 ? "i" : "ii");
	if (push_owned(argv, path))
		return err_errno(err, -ENOMEM, "compile");
	return write_text(path, change->text, err);
}

static int link_program(const struct compile_request *r, const char *folder, struct err *err)
{
	cleanup_free char *name = program_name(r->sources[0]);
	cleanup_free char *target = name ? mem_printf("%s/%s", folder, name) : NULL;
	struct argv argv = {0};
	int rc = target ? push_flags(&argv, r) : -ENOMEM;

	rc = rc ? rc : push(&argv, "-o");
	rc = rc ? rc : push(&argv, target);
	for (size_t i = 0; !rc && i < r->spec->sources.count; i++)
		rc = push_source(&argv, r, i, folder, err);
	rc = rc ? rc : push(&argv, NULL);
	if (rc == -ENOMEM)
		err_errno(err, rc, "compile");
	rc = rc ? rc : run_in(r, &argv, NULL, folder, err);
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

/*
 * For the shell, with its variables cc and cflags.  In `make CFLAGS=${cflags}`
 * the flags are one word, in `${cc} ${cflags} -o x x.c` they are several.
 */
static char *shell_line(const struct compile_request *r)
{
	static const char flags_name[] = "=${cflags}";
	cleanup_free char *flags = all_flags_text(r);
	char *line = flags ? mem_printf("cc='%s' cflags='%s'\n", r->compiler, flags) : NULL;
	const char *rest = r->spec->command;

	while (line && *rest) {
		const char *found = strstr(rest, flags_name);
		size_t len = found ? (size_t)(found - rest) : strlen(rest);
		cleanup_free char *before = line;

		line = mem_printf("%s%.*s%s", before, (int)len, rest,
				  found ? "=\"${cflags}\"" : "");
		rest += len + (found ? strlen(flags_name) : 0);
	}
	return line;
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
	cleanup_free char *line = shell_line(r);
	struct argv copy = {0}, shell = {0};
	int rc = line ? push(&copy, "cp") : -ENOMEM;

	rc = rc ? rc : push(&copy, "-R");
	rc = rc ? rc : push(&copy, "--");
	for (size_t i = 0; !rc && i < r->spec->sources.count; i++)
		rc = push(&copy, r->sources[i]);
	rc = rc ? rc : push(&copy, folder);
	rc = rc ? rc : push(&copy, NULL);
	rc = rc ? rc : push(&shell, "sh");
	rc = rc ? rc : push(&shell, "-ec");
	rc = rc ? rc : push(&shell, line);
	rc = rc ? rc : push(&shell, NULL);
	if (rc)
		err_errno(err, rc, "compile");
	rc = rc ? rc : run_in(r, &copy, NULL, folder, err);
	rc = rc ? rc : change_copy(r, folder, err);
	rc = rc ? rc : run_in(r, &shell, folder, folder, err);
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
		rc = make_key(request, key, err);
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
	int rc = scratch ? make_folders(request->cache, err) : err_errno(err, -ENOMEM, "compile");

	if (rc)
		return rc;
	rc = preprocess(request, request->sources[index], scratch, err);
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

char *compile_flags_text(const struct build_spec *spec, const char *level)
{
	char *text = mem_strdup(level);

	for (size_t i = 0; text && i < OWN_FLAGS; i++) {
		cleanup_free char *before = text;

		text = mem_printf("%s %s", before, own_flags[i]);
	}
	for (size_t i = 0; text && i < spec->flags.count; i++) {
		cleanup_free char *before = text;

		text = mem_printf("%s %s", before, spec->flags.items[i]);
	}
	return text;
}
