#include "compile/deps.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "compile/compile_private.h"

#define BELOW_ROOT '%'

void deps_release(struct deps *deps)
{
	for (size_t i = 0; i < deps->count; i++)
		free(deps->files[i]);
	free(deps->files);
	*deps = (struct deps){0};
}

/* Takes @file over; NULL is short memory. */
static int add(struct deps *deps, char *file)
{
	char **slot;

	if (!file)
		return -ENOMEM;
	for (size_t i = 0; i < deps->count; i++)
		if (strcmp(deps->files[i], file) == 0) {
			free(file);
			return 0;
		}
	slot = mem_append(&deps->files, &deps->count, sizeof(*slot));
	if (!slot) {
		free(file);
		return -ENOMEM;
	}
	*slot = file;
	return 0;
}

/* The next word of a rule, with its `\ `, `\#` and `$$` undone; NULL: memory is short. */
static char *next_word(const char **at)
{
	char *word = mem_zalloc(strlen(*at) + 1), *to = word;
	const char *from = *at;

	for (; word && *from && !strchr(" \t\n", *from); from++) {
		if ((from[0] == '\\' && from[1] && strchr(" #:", from[1])) ||
		    (from[0] == '$' && from[1] == '$'))
			from++;
		*to++ = *from;
	}
	*at = from;
	return word;
}

static const char *skip_blanks(const char *at)
{
	while (*at && (strchr(" \t\n", *at) || (at[0] == '\\' && at[1] == '\n')))
		at++;
	return at;
}

/* "a.o: a.c a.h \" and so on: all behind the target. */
int deps_add_text(struct deps *deps, const char *rule)
{
	const char *at = strstr(rule, ": ");
	int rc = 0;

	for (at = at ? at + 1 : ""; !rc && *(at = skip_blanks(at));)
		rc = add(deps, next_word(&at));
	return rc;
}

int deps_add_rule(struct deps *deps, const char *path)
{
	cleanup_free char *text = NULL;
	int rc = compile_read_file(path, &text);

	return rc ? rc : deps_add_text(deps, text);
}

int deps_save(const struct deps *deps, const char *path, const char *root, struct err *err)
{
	cleanup_free char *text = mem_strdup("");
	size_t len = root ? strlen(root) : 0;

	for (size_t i = 0; text && i < deps->count; i++) {
		const char *file = deps->files[i];
		bool is_below = len && strncmp(file, root, len) == 0 && file[len] == '/';

		text = mem_join(text, is_below ? mem_printf("%c%s\n", BELOW_ROOT, file + len)
					       : mem_printf("%s\n", file));
	}
	return text ? write_text_at_once(path, text, err) : err_errno(err, -ENOMEM, "compile");
}

int deps_load(struct deps *deps, const char *path, const char *root)
{
	cleanup_free char *text = NULL;
	char *rest, *line;
	int rc = compile_read_file(path, &text);

	rest = text;
	while (!rc && (line = strsep(&rest, "\n")))
		if (*line)
			rc = add(deps, root && *line == BELOW_ROOT
					       ? mem_printf("%s%s", root, line + 1)
					       : mem_strdup(line));
	return rc;
}

int deps_add(struct deps *deps, const char *file)
{
	return add(deps, mem_strdup(file));
}

int deps_add_all(struct deps *deps, const struct deps *more)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < more->count; i++)
		rc = deps_add(deps, more->files[i]);
	return rc;
}

int deps_name(const struct deps *deps, const char *command, char ret_name[KEY_SIZE])
{
	struct key *key = key_new();
	int rc = key ? 0 : -ENOMEM;

	if (key)
		key_add_text(key, command);
	for (size_t i = 0; !rc && i < deps->count; i++)
		rc = key_add_file(key, deps->files[i]);
	if (!rc)
		key_print(key, ret_name);
	key_free(key);
	return rc;
}
