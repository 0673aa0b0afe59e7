#include "compile/steps.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "compile/command.h"
#include "compile/objects.h"

static bool is_same_file(const char *a, const char *b)
{
	char real_a[PATH_MAX], real_b[PATH_MAX];

	if (strcmp(a, b) == 0)
		return true;
	return realpath(a, real_a) && realpath(b, real_b) && strcmp(real_a, real_b) == 0;
}

/* In front of the NULL. */
static int add_extra(const struct steps *steps, struct plan_command *command)
{
	if (!command->source || !steps->extra ||
	    (steps->extra_for && !is_same_file(command->source, steps->extra_for)))
		return 0;
	for (size_t i = 0; steps->extra[i]; i++) {
		cleanup_free char *copy = mem_strdup(steps->extra[i]);

		if (!copy || !mem_append(&command->argv, &command->count, sizeof(char *)))
			return -ENOMEM;
		command->argv[command->count - 2] = TAKE_PTR(copy);
	}
	return 0;
}

int steps_object(const struct steps *steps, struct plan_command *command, struct deps *deps,
		 char **ret_said, struct err *err)
{
	const struct object_request request = {steps->cache, steps->root, command};
	int rc = add_extra(steps, command);

	return rc ? err_errno(err, rc, "compile") : object_get(&request, deps, ret_said, err);
}

static int run(const struct steps *steps, struct plan_command *command, struct deps *deps,
	       char **ret_said, struct err *err)
{
	int rc = steps_object(steps, command, deps, ret_said, err);

	if (rc == -EOPNOTSUPP)
		rc = command_run(&(struct command){.argv = (const char *const *)command->argv},
				 ret_said, err);
	return rc;
}

int steps_run(const struct steps *steps, struct plan *plan, struct deps *deps, char **ret_said,
	      struct err *err)
{
	char *all = mem_strdup("");
	int rc = all ? 0 : err_errno(err, -ENOMEM, "compile");

	for (size_t i = 0; !rc && i < plan->count; i++) {
		char *said = NULL;

		rc = run(steps, &plan->commands[i], deps, &said, err);
		if (rc && rc != -ENOEXEC)
			break;
		all = mem_join(all, said);
		if (!all)
			rc = err_errno(err, -ENOMEM, "compile");
	}
	if (rc && rc != -ENOEXEC)
		free(all);
	else
		*ret_said = all;
	return rc;
}
