/* Argument lists of compilers, and what is run with them. */
#include <argz.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "compile/command.h"
#include "compile/compile_private.h"

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

/* -MD, -MF file: who reads what is asked by us, and makes no difference to the program. */
static bool is_about_rules(char *const *flags, size_t index)
{
	static const char *const with_file[] = {"-MF", "-MT", "-MQ"};

	if (strncmp(flags[index], "-M", 2) == 0)
		return true;
	for (size_t i = 0; index && i < ARRAY_SIZE(with_file); i++)
		if (strcmp(flags[index - 1], with_file[i]) == 0)
			return true;
	return false;
}

int argv_push_flags(struct argv *argv, const struct compile_request *r)
{
	int rc = argv_push(argv, r->compiler);

	for (size_t i = 0; !rc && i < OWN_FLAGS; i++)
		rc = argv_push(argv, own_flags[i]);
	if (!rc)
		rc = push_levels(argv, r->level);
	for (size_t i = 0; !rc && i < r->spec->flags.count; i++)
		if (!is_about_rules(r->spec->flags.items, i))
			rc = argv_push(argv, r->spec->flags.items[i]);
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

/* Where it begins to matter: a make says much before. */
static const char *first_error(const char *said)
{
	const char *at = strlen(said) > SAID_SHOWN ? strstr(said, "error") : NULL;

	while (at && at > said && at[-1] != '\n')
		at--;
	return at ? at : said;
}

int compile_refused(const struct compile_request *r, const char *said, struct err *err)
{
	return err_set(err, -ENOEXEC, "%s %s does not compile it:\n%.*s", r->compiler, r->level,
		       SAID_SHOWN, first_error(said));
}

int compile_run(const struct compile_request *r, const struct argv *argv, const char *output,
		struct err *err)
{
	const struct command command = {.argv = argv->items, .output = output};
	char *said = NULL;
	int rc = command_run(&command, &said, err);

	if (rc == -ENOEXEC)
		rc = compile_refused(r, said, err);
	free(said);
	return rc;
}

/* What makes a program; what is said about it is kept in its folder when someone has asked. */
int compile_run_in(const struct compile_request *r, const struct argv *argv, const char *cwd,
		   const char *folder, struct err *err)
{
	const struct command command = {.argv = argv->items, .cwd = cwd};
	cleanup_free char *path = mem_printf("%s/" COMPILE_SAID, folder), *said = NULL;
	int rc = path ? command_run(&command, &said, err) : err_errno(err, -ENOMEM, "compile");

	if (rc == -ENOEXEC)
		return compile_refused(r, said, err);
	return rc || !r->extra ? rc : write_text(path, said, err);
}

int compile_preprocess_to(const struct compile_request *r, const char *source, const char *output,
			  struct err *err)
{
	struct argv argv = {0};
	int rc = argv_push_flags(&argv, r);

	for (size_t i = 0; !rc && r->extra && !r->extra_for && r->extra[i]; i++)
		rc = argv_push(&argv, r->extra[i]);
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
