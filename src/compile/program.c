/* A program of the sources that a scenario names. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "compile/compile_private.h"
#include "compile/steps.h"

char *compile_runtime(const char *ipcfault, struct err *err)
{
	char *runtime = compiler_runtime_of(ipcfault);

	if (!runtime)
		err_set(err, -ENOPKG, "libipcfault_rt.a is not beside %s", ipcfault);
	return runtime;
}

/* "src/ring.c" → "ring" */
static char *program_name(const char *source)
{
	const char *base = strrchr(source, '/') ? strrchr(source, '/') + 1 : source;
	const char *dot = strrchr(base, '.');

	return mem_strndup(base, dot ? (size_t)(dot - base) : strlen(base));
}

/* Where the source's changed text is, or the source itself. */
static char *source_path(const struct compile_request *r, size_t index, const char *folder)
{
	const char *source = r->sources[index], *dot = strrchr(source, '.');

	if (!change_of(r, source))
		return mem_strdup(source);
	return mem_printf("%s/%zu.%s", folder, index, dot && strcmp(dot, ".c") == 0 ? "i" : "ii");
}

static int push_source(struct argv *argv, const struct compile_request *r, size_t index,
		       const char *folder, struct err *err)
{
	const struct compile_change *change = change_of(r, r->sources[index]);
	char *path = source_path(r, index, folder);

	if (argv_push_owned(argv, path))
		return err_errno(err, -ENOMEM, "compile");
	return change ? write_text(path, change->text, err) : 0;
}

static int push_all(struct argv *argv, const struct compile_request *r, const char *folder,
		    struct err *err)
{
	cleanup_free char *name = program_name(r->sources[0]);
	int rc = name ? argv_push_flags(argv, r) : -ENOMEM;

	rc = rc ? rc : argv_push(argv, "-o");
	rc = rc ? rc : argv_push_owned(argv, mem_printf("%s/%s", folder, name));
	for (size_t i = 0; !rc && i < r->spec->sources.count; i++)
		rc = push_source(argv, r, i, folder, err);
	rc = rc ? rc : argv_push(argv, NULL);
	return rc == -ENOMEM ? err_errno(err, rc, "compile") : rc;
}

static void remove_objects(const struct plan *plan, const char *folder)
{
	for (size_t i = 0; i < plan->objects; i++) {
		cleanup_free char *object = mem_printf("%s/%zu.o", folder, i);

		if (object)
			unlink(object);
	}
}

/* The path of the one that the extra flags are for: NULL, of all. */
static int find_extra_for(const struct compile_request *r, const char *folder, char **ret_path)
{
	for (size_t i = 0; r->extra_for && i < r->spec->sources.count; i++)
		if (strcmp(r->extra_for, r->sources[i]) == 0) {
			*ret_path = source_path(r, i, folder);
			return *ret_path ? 0 : -ENOMEM;
		}
	return 0;
}

static int run_plan(const struct compile_request *r, struct plan *plan, const char *folder,
		    struct deps *deps, struct err *err)
{
	cleanup_free char *extra_for = NULL, *said = NULL, *path = NULL;
	struct steps steps = {.cache = r->cache, .root = folder, .extra = r->extra};
	int rc = find_extra_for(r, folder, &extra_for);

	if (rc)
		return err_errno(err, rc, "compile");
	steps.extra_for = extra_for;
	rc = steps_run(&steps, plan, deps, &said, err);
	remove_objects(plan, folder);
	if (rc == -ENOEXEC)
		return compile_refused(r, said, err);
	if (rc || !r->extra)
		return rc;
	path = mem_printf("%s/" COMPILE_SAID, folder);
	return path ? write_text(path, said, err) : err_errno(err, -ENOMEM, "compile");
}

static int make(const struct compile_request *r, const struct argv *argv, const char *folder,
		struct deps *deps, struct err *err)
{
	cleanup_free char *runtime = r->is_counted ? compile_runtime(r->ipcfault, err) : NULL;
	struct compiler compiler = {0};
	struct plan plan = {0};
	int rc = r->is_counted && !runtime ? -ENOPKG : compiler_init(&compiler, r->compiler, err);
	const struct plan_input input = {.compiler = &compiler,
					 .args = (char *const *)(argv->items + 1),
					 .runtime = runtime,
					 .scratch = folder};

	rc = rc ? rc : plan_make(&plan, &input, err);
	rc = rc ? rc : run_plan(r, &plan, folder, deps, err);
	plan_release(&plan);
	compiler_release(&compiler);
	return rc;
}

int compile_program(const struct compile_request *r, const char *folder, struct deps *deps,
		    struct err *err)
{
	struct argv argv = {0};
	int rc = push_all(&argv, r, folder, err);

	rc = rc ? rc : make(r, &argv, folder, deps, err);
	argv_release(&argv);
	return rc;
}
