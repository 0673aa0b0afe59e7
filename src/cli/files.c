#include "cli/files.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "cli/style.h"
#include "report/text.h"
#include "sys/kernel_model.h"

static int is_scenario_name(const struct dirent *entry)
{
	return fnmatch("*.scn", entry->d_name, FNM_PERIOD) == 0;
}

static int add_path(struct file_set *set, const char *folder, const char *name)
{
	size_t len = strlen(folder);
	const char *slash = len && folder[len - 1] != '/' ? "/" : "";
	char **slot = mem_append(&set->paths, &set->count, sizeof(*slot));

	if (!slot)
		return -ENOMEM;
	*slot = mem_printf("%s%s%s", folder, slash, name);
	return *slot ? 0 : -ENOMEM;
}

/* A folder without scenarios is a mistake worth a word. */
static void complain(struct file_set *set, FILE *to, const char *path, const char *why)
{
	text_print(to, path);
	fprintf(to, ": error: %s\n", why);
	set->problems++;
}

static int add_folder(struct file_set *set, const char *folder, FILE *to)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_scenario_name, alphasort), r = 0;

	if (count < 0)
		complain(set, to, folder, strerror(errno));
	if (count == 0)
		complain(set, to, folder, "no *.scn in this folder");
	for (int i = 0; i < count; i++) {
		if (r == 0)
			r = add_path(set, folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return r;
}

static int add_word(struct file_set *set, const char *word, FILE *to)
{
	struct stat st;

	if (stat(word, &st) == 0 && S_ISDIR(st.st_mode))
		return add_folder(set, word, to);
	return add_path(set, "", word);
}

static int read_one(struct file_set *set, size_t index, const struct scenario_options *options,
		    bool color, FILE *to)
{
	struct scenario_file *file = &set->files[index];
	struct err err = ERR_INIT;
	int r = scenario_file_read(set->paths[index], options, file, &err);

	if (r < 0) {
		text_print(to, err.text);
		putc('\n', to);
		set->problems++;
		return r == -ENOMEM ? r : 0;
	}
	problems_print(&file->problems, color, to);
	set->problems += file->problems.count;
	return 0;
}

int file_set_read(const struct cli_env *env, const struct run_options *options, const char *harness,
		  struct file_set *ret_set, struct err *err)
{
	const struct words *words = &options->files;
	const struct scenario_options how = {
		.harness = harness,
		.check_programs = true,
		.refusal = kernel_model_refusal,
	};
	bool color = style_has_color(env, env->err_is_terminal, options->color);
	struct file_set set = {0};
	int r = 0;

	for (size_t i = 0; i < words->count && r == 0; i++)
		r = add_word(&set, words->items[i], env->err);
	if (r == 0) {
		set.files = mem_zalloc(set.count * sizeof(*set.files));
		r = set.files ? 0 : -ENOMEM;
	}
	for (size_t i = 0; i < set.count && r == 0; i++)
		r = read_one(&set, i, &how, color, env->err);
	if (r < 0) {
		file_set_release(&set);
		return err_errno(err, r, "cannot read the scenarios");
	}
	*ret_set = set;
	return 0;
}

void file_set_release(struct file_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->files)
			scenario_file_release(&set->files[i]);
		free(set->paths[i]);
	}
	free(set->files);
	free(set->paths);
	memset(set, 0, sizeof(*set));
}
