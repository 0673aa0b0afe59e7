#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

static unsigned terminal_width(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static const char *environment(const char *name)
{
	return getenv(name);
}

int main(int argc, char **argv)
{
	const struct cli_env env = {
		.out = stdout,
		.err = stderr,
		.out_is_terminal = isatty(STDOUT_FILENO),
		.err_is_terminal = isatty(STDERR_FILENO),
		.width = terminal_width(),
		.getenv = environment,
		.pool_run = pool_run,
		.pool_stop = pool_stop,
		.trace_run = trace_run,
	};

	return cli_main(&env, argc, argv);
}
