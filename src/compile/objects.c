#include "compile/objects.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "compile/command.h"
#include "compile/compile_private.h"
#include "compile/deps.h"
#include "compile/key.h"

/* Of what follows more comes than an object, or it comes from elsewhere. */
static const char *const not_alone[] = {
	"-fdump",
	"-save-temps",
	"--save-temps",
	"--coverage",
	"-ftest-coverage",
	"@",
	"-E",
	"-fprofile",
	"-gsplit",
	"-Wa,",
	"-Wp,",
	"-fplugin",
	"-S",
	"-da",
	"-aux-info",
	"-fsave-optimization-record",
	"-###",
	"-fstack-usage",
	"-v",
	"-include-pch",
	"-fcallgraph-info",
	"-time",
	"-ftime-",
};

/* What a compiler takes from elsewhere. */
static const char *const variables[] = {"CPATH",	   "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH",
					"GCC_EXEC_PREFIX", "COMPILER_PATH",  "SOURCE_DATE_EPOCH"};

static bool begins_with(const char *text, const char *head)
{
	return strncmp(text, head, strlen(head)) == 0;
}

static bool is_object(const struct plan_command *command)
{
	return command->source && command->output && strcmp(command->source, "-") != 0 &&
	       strcmp(command->output, "-") != 0;
}

static bool is_alone(const struct plan_command *command)
{
	for (size_t i = 0; command->argv[i]; i++)
		for (size_t k = 0; k < ARRAY_SIZE(not_alone); k++)
			if (begins_with(command->argv[i], not_alone[k]))
				return false;
	return true;
}

/* Whoever wants to know what is read gets it from the compiler. */
static bool has_rule(const struct plan_command *command)
{
	for (size_t i = 0; command->argv[i]; i++)
		if (begins_with(command->argv[i], "-M"))
			return true;
	return false;
}

/* What has no effect on code: without it another build may have made the same. */
static bool is_quiet(const char *arg)
{
	return strcmp(arg, "-w") == 0;
}

static bool has_quiet(const struct plan_command *command)
{
	for (size_t i = 0; command->argv[i]; i++)
		if (is_quiet(command->argv[i]))
			return true;
	return false;
}

static bool is_preprocessed(const char *source)
{
	const char *dot = strrchr(source, '.');

	return dot && (strcmp(dot, ".i") == 0 || strcmp(dot, ".ii") == 0);
}

/* --- its name ------------------------------------------------------------ */

static int add_surroundings(struct key *key, const struct object_request *r)
{
	cleanup_free char *here = getcwd(NULL, 0), *source = mem_strdup(r->command->source);

	if (!here || !source)
		return -ENOMEM;
	key_add_text_below(key, here, r->root);
	for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
		const char *value = getenv(variables[i]);

		key_add_text_below(key, value ? value : "", r->root);
	}
	if (is_preprocessed(source))
		return 0;
	key_add_headers_of(key, dirname(source));
	key_add_folders(key, r->command->argv + 1, r->command->count - 2);
	return 0;
}

/* Of the command and the source; what that includes is not known yet. */
static int name_command(const struct object_request *r, bool quiet, char ret_name[KEY_SIZE],
			struct err *err)
{
	struct key *key = key_new();
	int rc = key ? 0 : err_errno(err, -ENOMEM, "compile");

	rc = rc ? rc : key_add_compiler(key, r->command->argv[0], err);
	for (size_t i = 1; !rc && r->command->argv[i]; i++) {
		const char *arg = r->command->argv[i];

		if (arg != r->command->output && (quiet || !is_quiet(arg)))
			key_add_text_below(key, arg, r->root);
	}
	if (!rc && key_add_file(key, r->command->source))
		rc = -EOPNOTSUPP; /* the compiler says it better */
	if (!rc && add_surroundings(key, r))
		rc = err_errno(err, -ENOMEM, "compile");
	if (!rc)
		key_print(key, ret_name);
	key_free(key);
	return rc;
}

/* --- the cache ----------------------------------------------------------- */

static char *file_of(const struct object_request *r, const char *name, const char *ending)
{
	return mem_printf("%s/objects/%s%s", r->cache, name, ending);
}

/* 1: it was there. */
static int take(const struct object_request *r, const char *command, struct deps *deps,
		char **ret_said, struct err *err)
{
	cleanup_free char *list = file_of(r, command, ".deps"), *object = NULL, *words = NULL;
	struct deps read = {0};
	char name[KEY_SIZE];
	int rc = list ? deps_load(&read, list, r->root) : -ENOMEM;

	rc = rc ? rc : deps_name(&read, command, name);
	if (!rc) {
		object = file_of(r, name, ".o");
		words = file_of(r, name, ".said");
		rc = object && words ? copy_file(object, r->command->output) : -ENOMEM;
	}
	if (!rc) {
		touch(object);
		touch(list);
		rc = compile_read_file(words, ret_said);
		if (rc == -ENOENT)
			*ret_said = mem_strdup("");
		rc = rc && rc != -ENOENT ? rc : *ret_said ? deps_add_all(deps, &read) : -ENOMEM;
	}
	deps_release(&read);
	if (rc == -ENOMEM)
		return err_errno(err, rc, "compile");
	return rc == 0; /* whatever was wrong with it: it can be made */
}

static int keep(const struct object_request *r, const char *command, const struct deps *read,
		const char *said, struct err *err)
{
	cleanup_free char *list = file_of(r, command, ".deps"), *object = NULL, *words = NULL;
	char name[KEY_SIZE];
	int rc = list ? deps_name(read, command, name) : -ENOMEM;

	if (!rc) {
		object = file_of(r, name, ".o");
		words = file_of(r, name, ".said");
		rc = object && words ? 0 : -ENOMEM;
	}
	if (rc)
		return err_errno(err, rc, "compile");
	rc = *said ? write_text_at_once(words, said, err) : 0;
	if (!rc && copy_file(r->command->output, object))
		rc = err_errno(err, -EIO, "%s", object);
	return rc ? rc : deps_save(read, list, r->root, err);
}

static int run(const struct object_request *r, const char *rule, char **ret_said, struct err *err)
{
	struct argv argv = {0};
	int rc = 0;

	for (size_t i = 0; !rc && r->command->argv[i]; i++)
		rc = argv_push(&argv, r->command->argv[i]);
	if (!rc && !is_preprocessed(r->command->source)) {
		rc = argv_push(&argv, "-MD");
		rc = rc ? rc : argv_push(&argv, "-MF");
		rc = rc ? rc : argv_push(&argv, rule);
	}
	rc = rc ? rc : argv_push(&argv, NULL);
	if (rc)
		err_errno(err, rc, "compile");
	else
		rc = command_run(&(struct command){.argv = argv.items}, ret_said, err);
	argv_release(&argv);
	return rc;
}

/* @command NULL: there is more than the object, and so it is not kept. */
static int make(const struct object_request *r, const char *command, struct deps *deps,
		char **ret_said, struct err *err)
{
	cleanup_free char *place = mem_printf("%s/objects/rule", r->cache);
	cleanup_free char *rule = place ? fresh_path(place) : NULL;
	struct deps read = {0};
	char *said = NULL;
	int rc = rule ? run(r, rule, &said, err) : err_errno(err, -ENOMEM, "compile");

	if (!rc && !is_preprocessed(r->command->source) && deps_add_rule(&read, rule))
		rc = err_errno(err, -EIO, "%s", rule);
	if (!rc && command)
		rc = keep(r, command, &read, said, err);
	if (!rc && deps_add_all(deps, &read))
		rc = err_errno(err, -ENOMEM, "compile");
	if (rule)
		unlink(rule);
	deps_release(&read);
	if (!rc || rc == -ENOEXEC)
		*ret_said = said;
	else
		free(said);
	return rc;
}

int object_get(const struct object_request *r, struct deps *deps, char **ret_said, struct err *err)
{
	cleanup_free char *folder = mem_printf("%s/objects", r->cache);
	char name[KEY_SIZE];
	int rc = folder ? 0 : err_errno(err, -ENOMEM, "compile");

	if (!is_object(r->command) || has_rule(r->command))
		return -EOPNOTSUPP;
	rc = rc ? rc : make_folders(folder, err);
	if (!rc && !is_alone(r->command))
		return make(r, NULL, deps, ret_said, err);
	rc = rc ? rc : name_command(r, false, name, err);
	rc = rc ? rc : take(r, name, deps, ret_said, err);
	if (!rc && has_quiet(r->command)) {
		rc = name_command(r, true, name, err);
		rc = rc ? rc : take(r, name, deps, ret_said, err);
	}
	if (rc)
		return rc < 0 ? rc : 0;
	return make(r, name, deps, ret_said, err);
}
