/*
 * ipcfault schema: the language as a JSON Schema, for editors.
 */
#include "base/err.h"
#include "cli/command.h"
#include "scenario/scenario_file.h"

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	return arg_refuse(state, "schema takes no argument: %s", arg);
}

const struct argp schema_argp = {
	.parser = parse_option,
	.doc = "Print the JSON Schema of scenario files. In VS Code with the YAML extension:\n"
	       "ipcfault schema >scn.json, then yaml.schemas: {\"scn.json\": \"*.scn\"}",
};

int schema_command(const struct cli_env *env, int argc, char **argv)
{
	struct err err = ERR_INIT;

	if (arg_parse(&schema_argp, 0, argc, argv, NULL, &err) < 0)
		return usage_error(env, err.text);
	return scenario_print_schema(env->out) < 0 ? EXIT_INCONCLUSIVE : EXIT_PASSED;
}
