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
#include "instrument/plan.h"

#define SAID_SHOWN 2000

/* Always: -g for the places in the reports. */
static const char *const own_flags[] = {"-g", "-fno-omit-frame-pointer"};
#define OWN_FLAGS (sizeof(own_flags) / sizeof(own_flags[0]))

struct argv {
	const char **items;
	size_t count;
	char *levels; /* argz: a level may be several flags */
	size_t levels_len;
};

static int push(struct argv *argv, const char *text)
{
	const char **slot = mem_append(&argv->items, &argv->count, sizeof(*slot));

	if (!slot)
		return -ENOMEM;
	*slot = text;
	return 0;
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
	return rc;
}

/* What the compiler said, cut. */
static int refused(const struct compile_request *r, const char *said, struct err *err)
{
	return err_set(err, -ENOEXEC, "%s %s does not compile it:\n%.*s", r->compiler, r->level,
		       SAID_SHOWN, said);
}

static int run(const struct compile_request *r, const struct argv *argv, const char *cwd,
	       const char *output, struct err *err)
{
	const struct command command = {.argv = argv->items, .cwd = cwd, .output = output};
	char *said = NULL;
	int rc = command_run(&command, &said, err);

	if (rc == -ENOEXEC)
		rc = refused(r, said, err);
	free(said);
	return rc;
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

/* Where the runtime of @ipcfault lies; on the heap. */
static char *find_runtime(const char *ipcfault, struct err *err)
{
	char *runtime = compiler_runtime_of(ipcfault);

	if (!runtime)
		err_set(err, -ENOPKG, "libipcfault_rt.a is not beside %s", ipcfault);
	return runtime;
}

static int add_runtime(XXH3_state_t *hash, const char *ipcfault, struct err *err)
{
	cleanup_free char *runtime = ipcfault ? find_runtime(ipcfault, err) : NULL;
	int rc = runtime ? add_file(hash, runtime) : 0;

	if (!ipcfault)
		return 0;
	if (!runtime)
		return -ENOPKG;
	add_text(hash, ipcfault);
	return rc ? err_errno(err, rc, "%s", runtime) : 0;
}

static int add_preprocessed(XXH3_state_t *hash, const struct compile_request *r, const char *source,
			    const char *scratch, struct err *err)
{
	struct argv argv = {0};
	int rc = push_flags(&argv, r);

	rc = rc ? rc : push(&argv, "-E");
	rc = rc ? rc : push(&argv, source);
	rc = rc ? rc : push(&argv, NULL);
	if (rc)
		err_errno(err, rc, "compile");
	else
		rc = run(r, &argv, NULL, scratch, err);
	argv_release(&argv);
	if (!rc && add_file(hash, scratch))
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
		if (r->spec->command)
			add_text(hash, r->spec->command);
		rc = rc ? rc : add_runtime(hash, r->ipcfault, err);
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

static int run_plan(const struct compile_request *r, const struct plan *plan, const char *scratch,
		    struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < plan->count; i++) {
		const struct argv argv = {.items = (const char **)plan->commands[i].argv};

		rc = run(r, &argv, NULL, NULL, err);
	}
	for (size_t i = 0; i < plan->objects; i++) {
		cleanup_free char *object = mem_printf("%s/%zu.o", scratch, i);

		if (object)
			unlink(object);
	}
	return rc;
}

/* @argv with the runtime; objects lie in @scratch for a while. */
static int run_counted(const struct compile_request *r, const struct argv *argv,
		       const char *scratch, struct err *err)
{
	cleanup_free char *runtime = find_runtime(r->ipcfault, err);
	struct compiler compiler = {0};
	struct plan plan = {0};
	int rc = runtime ? compiler_init(&compiler, r->compiler, err) : -ENOPKG;
	const struct plan_input input = {.compiler = &compiler,
					 .args = (char *const *)(argv->items + 1),
					 .runtime = runtime,
					 .scratch = scratch};

	rc = rc ? rc : plan_make(&plan, &input, err);
	rc = rc ? rc : run_plan(r, &plan, scratch, err);
	plan_release(&plan);
	compiler_release(&compiler);
	return rc;
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
		rc = push(&argv, r->sources[i]);
	rc = rc ? rc : push(&argv, NULL);
	if (rc)
		err_errno(err, rc, "compile");
	else if (r->ipcfault)
		rc = run_counted(r, &argv, folder, err);
	else
		rc = run(r, &argv, NULL, NULL, err);
	argv_release(&argv);
	return rc;
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
	char *flags = compile_flags_text(r->spec, r->level);

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

/* In a copy: the source tree is never touched. */
static int run_command(const struct compile_request *r, const char *folder, struct err *err)
{
	cleanup_free char *line = shell_line(r, folder);
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
	rc = rc ? rc : run(r, &copy, NULL, NULL, err);
	rc = rc ? rc : run(r, &shell, folder, NULL, err);
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
