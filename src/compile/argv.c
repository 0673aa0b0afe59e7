/* Argument lists of compilers, and what is run with them. */
#include <argz.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "compile/command.h"
#include "compile/compile_private.h"
#include "instrument/plan.h"

#define SAID_SHOWN 2000

/* Always: -g for the places in the reports. */
static const char *const own_flags[] = {"-g", "-fno-omit-frame-pointer"};
#define OWN_FLAGS (sizeof(own_flags) / sizeof(own_flags[0]))

int argv_push(struct argv *argv, const char *text)
{
	const char **slot = mem_append(&argv->items, &argv->count, sizeof(*slot));

	if (!slot)
		return -ENOMEM;
	*slot = text;
	return 0;
}

int argv_push_owned(struct argv *argv, char *text)
{
	char **slot = text ? mem_append(&argv->owned, &argv->owned_count, sizeof(*slot)) : NULL;

	if (!slot) {
		free(text);
		return -ENOMEM;
	}
	*slot = text;
	return argv_push(argv, text);
}

static int push_levels(struct argv *argv, const char *level)
{
	char *flag = NULL;
	int rc = -argz_create_sep(level, ' ', &argv->levels, &argv->levels_len);

	while (!rc && (flag = argz_next(argv->levels, argv->levels_len, flag)))
		rc = argv_push(argv, flag);
	return rc;
}

void argv_release(struct argv *argv)
{
	free(argv->items);
	free(argv->levels);
	for (size_t i = 0; i < argv->owned_count; i++)
		free(argv->owned[i]);
	free(argv->owned);
}

int argv_push_flags(struct argv *argv, const struct compile_request *r)
{
	int rc = argv_push(argv, r->compiler);

	for (size_t i = 0; !rc && i < OWN_FLAGS; i++)
		rc = argv_push(argv, own_flags[i]);
	if (!rc)
		rc = push_levels(argv, r->level);
	for (size_t i = 0; !rc && i < r->spec->flags.count; i++)
		rc = argv_push(argv, r->spec->flags.items[i]);
	for (size_t i = 0; !rc && r->extra && r->extra[i]; i++)
		rc = argv_push(argv, r->extra[i]);
	return rc;
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

const struct compile_change *change_of(const struct compile_request *r, const char *file)
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

int compile_run(const struct compile_request *r, const struct argv *argv, const char *output,
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

int write_text(const char *path, const char *text, struct err *err)
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
int compile_run_in(const struct compile_request *r, const struct argv *argv, const char *cwd,
		   const char *folder, struct err *err)
{
	const struct command command = {.argv = argv->items, .cwd = cwd};
	cleanup_free char *path = mem_printf("%s/" COMPILE_SAID, folder), *said = NULL;
	int rc = path ? command_run(&command, &said, err) : err_errno(err, -ENOMEM, "compile");

	if (rc == -ENOEXEC)
		return refused(r, said, err);
	return rc || !r->extra ? rc : write_text(path, said, err);
}

/* --- with the runtime ----------------------------------------------------- */

char *compile_runtime(const char *ipcfault, struct err *err)
{
	char *runtime = compiler_runtime_of(ipcfault);

	if (!runtime)
		err_set(err, -ENOPKG, "libipcfault_rt.a is not beside %s", ipcfault);
	return runtime;
}

static int run_plan(const struct compile_request *r, const struct plan *plan, const char *folder,
		    struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < plan->count; i++) {
		const struct argv argv = {.items = (const char **)plan->commands[i].argv};

		rc = compile_run_in(r, &argv, NULL, folder, err);
	}
	for (size_t i = 0; i < plan->objects; i++) {
		cleanup_free char *object = mem_printf("%s/%zu.o", folder, i);

		if (object)
			unlink(object);
	}
	return rc;
}

int compile_run_counted(const struct compile_request *r, const struct argv *argv,
			const char *folder, struct err *err)
{
	cleanup_free char *runtime = compile_runtime(r->ipcfault, err);
	struct compiler compiler = {0};
	struct plan plan = {0};
	int rc = runtime ? compiler_init(&compiler, r->compiler, err) : -ENOPKG;
	const struct plan_input input = {.compiler = &compiler,
					 .args = (char *const *)(argv->items + 1),
					 .runtime = runtime,
					 .scratch = folder};

	rc = rc ? rc : plan_make(&plan, &input, err);
	rc = rc ? rc : run_plan(r, &plan, folder, err);
	plan_release(&plan);
	compiler_release(&compiler);
	return rc;
}
