#include "cli/style.h"

#include <string.h>

bool style_is_capable(const struct cli_env *env, bool is_terminal)
{
	const char *term = env->getenv("TERM"), *no_color = env->getenv("NO_COLOR");

	return is_terminal && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

bool style_has_color(const struct cli_env *env, bool is_terminal, enum color_when when)
{
	return when == COLOR_ALWAYS || (when == COLOR_AUTO && style_is_capable(env, is_terminal));
}
