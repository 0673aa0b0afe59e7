/*
 * style.h - whether to colour what a stream gets.
 */
#ifndef CLI_STYLE_H
#define CLI_STYLE_H

#include "cli/cli.h"
#include "cli/options.h"

/* A terminal that understands escape sequences, of a user who did not set NO_COLOR. */
bool style_is_capable(const struct cli_env *env, bool is_terminal);

bool style_has_color(const struct cli_env *env, bool is_terminal, enum color_when when);

#endif
