#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/vocab.h"
#include "cli/command.h"
#include "report/text.h"

#define OPTIONS_MAX 64

void *arg_options(const struct argp_state *state)
{
	return ((struct arg_input *)state->input)->options;
}

error_t arg_refuse(struct argp_state *state, const char *fmt, ...)
{
	struct err *err = ((struct arg_input *)state->input)->err;
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_set(err, -EINVAL, "%s", text);
	return EINVAL;
}

/* Those of @argp and its children. */
struct option_list {
	const struct argp_option *items[OPTIONS_MAX];
	size_t count;
};

static void add_options(const struct argp *argp, struct option_list *list)
{
	for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++)
		if (o->name && list->count < OPTIONS_MAX)
			list->items[list->count++] = o;
	for (const struct argp_child *child = argp->children; child && child->argp; child++)
		add_options(child->argp, list);
}

/* What getopt stumbled over: argp tells no more than that it did. */
static int explain(const struct argp *argp, const char *word, struct err *err)
{
	struct option_list list = {.count = 0};
	const char *names[OPTIONS_MAX], *near;
	size_t len = strcspn(word, "=");
	char name[64];

	if (word[0] != '-' || word[1] != '-')
		return err_set(err, -EINVAL, "unknown option, or an option without its value: %s",
			       word);
	snprintf(name, sizeof(name), "%.*s", (int)len - 2, word + 2);
	add_options(argp, &list);
	for (size_t i = 0; i < list.count; i++) {
		names[i] = list.items[i]->name;
		if (strcmp(names[i], name) == 0)
			return err_set(err, -EINVAL, "--%s %s", name,
				       list.items[i]->arg ? "needs a value" : "takes no value");
	}
	near = nearest_word(name, names, list.count);
	return err_set(err, -EINVAL, "unknown option --%s%s%s%s", name,
		       near ? "; did you mean --" : "", near ? near : "", near ? "?" : "");
}

/* Stands above the command's parser to see where getopt stopped; state->input goes down. */
/* NOLINTNEXTLINE(readability-non-const-parameter): argp_parser_t has it so */
static error_t watch(int key, char *arg, struct argp_state *state)
{
	struct arg_input *input = state->input;

	(void)arg;
	if (key == ARGP_KEY_INIT)
		state->child_inputs[0] = input;
	else if (key == ARGP_KEY_ERROR)
		input->stopped_at = state->next;
	return ARGP_ERR_UNKNOWN;
}

int arg_parse(const struct argp *argp, unsigned flags, int argc, char **argv, void *options,
	      struct err *err)
{
	const struct argp_child children[] = {{argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
	const struct argp watched = {.parser = watch, .children = children};
	struct err own = ERR_INIT;
	struct arg_input input = {options, err ? err : &own, 0};
	error_t r = argp_parse(&watched, argc, argv,
			       flags | ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP, NULL, &input);

	if (r == 0)
		return 0;
	if (!input.err->code)
		explain(argp, argv[input.stopped_at > 0 ? input.stopped_at - 1 : 0], input.err);
	return input.err->code;
}

int command_error(const struct cli_env *env, const char *text, int code)
{
	fputs("ipcfault: ", env->err);
	text_print(env->err, text);
	putc('\n', env->err);
	return code;
}

int usage_error(const struct cli_env *env, const char *text)
{
	command_error(env, text, EXIT_USAGE);
	fputs("Try `ipcfault --help`.\n", env->err);
	return EXIT_USAGE;
}
