/* What a command of the user's makes, in a copy of the sources. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "compile/compile_private.h"

/* Flags for one file alone, and somebody to tell it apart. */
static bool has_flags_for_one(const struct compile_request *r)
{
	return r->extra && r->extra_for && r->ipcfault;
}

static char *all_flags_text(const struct compile_request *r)
{
	char *text = compile_flags_text(r->spec, r->level);

	for (size_t i = 0; text && r->extra && !has_flags_for_one(r) && r->extra[i]; i++) {
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

/* "'text' " */
static char *add_option(char *text, const char *option, const char *value)
{
	return mem_join(text, value ? mem_printf("'%s%s' ", option, value) : NULL);
}

/* `ipcfault cc` compiles each file once, and as one program: some builds want that. */
static char *script_text(const struct compile_request *r, const char *folder)
{
	cleanup_free char *only =
		has_flags_for_one(r) ? place_in_copy(r, folder, r->extra_for) : mem_strdup("");
	char *text = mem_printf("#!/bin/sh\nexec '%s' cc ", r->ipcfault);

	text = add_option(text, "--cc=", r->compiler);
	text = add_option(text, "--cache=", r->cache);
	text = add_option(text, "--root=", folder);
	if (!r->is_counted)
		text = mem_join(text, mem_strdup("--plain "));
	if (only && *only)
		text = add_option(text, "--for=", only);
	for (size_t i = 0; only && *only && r->extra[i]; i++)
		text = add_option(text, "--with=", r->extra[i]);
	return only ? mem_join(text, mem_strdup("\"$@\"\n")) : (free(text), NULL);
}

/* Called like the compiler, as builds look at the name. */
static int make_script(const struct compile_request *r, const char *folder, char **ret_path,
		       struct err *err)
{
	cleanup_free char *text = script_text(r, folder), *name = mem_strdup(r->compiler);
	cleanup_free char *bin = mem_printf("%s.bin", folder), *path = NULL;
	int rc;

	if (!text || !name || !bin)
		return err_errno(err, -ENOMEM, "compile");
	name[strcspn(name, " ")] = '\0';
	path = mem_printf("%s/%s", bin, strrchr(name, '/') ? strrchr(name, '/') + 1 : name);
	rc = path ? make_folders(bin, err) : err_errno(err, -ENOMEM, "compile");
	rc = rc ? rc : write_text(path, text, err);
	if (!rc && chmod(path, 0755))
		rc = err_errno(err, -errno, "%s", path);
	if (!rc)
		*ret_path = TAKE_PTR(path);
	return rc;
}

static void remove_script(const char *folder)
{
	cleanup_free char *bin = mem_printf("%s.bin", folder);

	if (bin)
		remove_folder(bin);
}

/* For the shell, with its variables cc and cflags: several words as in `${cc} ${cflags} x.c`. */
static char *shell_line(const struct compile_request *r, const char *folder, const char *cc)
{
	cleanup_free char *flags = flags_of_copy(r, folder);
	cleanup_free char *once = quote(r->spec->command, "cflags");
	cleanup_free char *command = once ? quote(once, "cc") : NULL;

	return flags && command ? mem_printf("cc='%s' cflags='%s'\n%s", cc, flags, command) : NULL;
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

static int push_words(struct argv *argv, const char *first, const char *second, const char *third)
{
	const char *const words[] = {first, second, third};
	int rc = 0;

	for (size_t i = 0; !rc && i < 3; i++)
		rc = argv_push(argv, words[i]);
	return rc;
}

/* The source tree is never touched. */
static int copy_sources(const struct compile_request *r, const char *folder, struct err *err)
{
	struct argv copy = {0};
	int rc = push_words(&copy, "cp", "-R", "--");

	for (size_t i = 0; !rc && i < r->spec->sources.count; i++)
		rc = argv_push(&copy, r->sources[i]);
	rc = rc ? rc : argv_push(&copy, folder);
	rc = rc ? rc : argv_push(&copy, NULL);
	rc = rc ? err_errno(err, rc, "compile") : compile_run_in(r, &copy, NULL, folder, err);
	argv_release(&copy);
	return rc ? rc : change_copy(r, folder, err);
}

static int run_line(const struct compile_request *r, const char *folder, const char *cc,
		    struct err *err)
{
	cleanup_free char *line = shell_line(r, folder, cc);
	struct argv shell = {0};
	int rc = line ? push_words(&shell, "sh", "-ec", line) : -ENOMEM;

	rc = rc ? rc : argv_push(&shell, NULL);
	rc = rc ? err_errno(err, rc, "compile") : compile_run_in(r, &shell, folder, folder, err);
	argv_release(&shell);
	return rc;
}

int compile_by_command(const struct compile_request *r, const char *folder, struct err *err)
{
	cleanup_free char *script = NULL;
	int rc = copy_sources(r, folder, err);

	if (!rc && r->ipcfault)
		rc = make_script(r, folder, &script, err);
	rc = rc ? rc : run_line(r, folder, script ? script : r->compiler, err);
	if (script)
		remove_script(folder);
	return rc;
}
