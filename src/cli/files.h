/*
 * files.h - from what stands on the command line to checked scenarios.
 */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include <stddef.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "scenario/scenario_file.h"

struct err;

struct file_set {
	struct scenario_file *files;
	char **paths; /* of the same number */
	size_t count;
	size_t problems; /* in all files; those that cannot be read count one */
};

/*
 * Read options->files: files, and folders for all *.scn in them, by name, with
 * the bundled programs in @harness.  Problems go to env->err at once, all of
 * them; 0 even so, and ret_set->problems says how many.
 */
int file_set_read(const struct cli_env *env, const struct run_options *options, const char *harness,
		  struct file_set *ret_set, struct err *err);
void file_set_release(struct file_set *set);

#endif
