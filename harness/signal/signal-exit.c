/*
 * name: signal-exit
 * mechanism: signal
 * bug: none
 * about: prints a long table with stdio; at SIGTERM it finishes the line and ends the
 *	table properly
 */
#include <signal.h>
#include <stdio.h>

#include "lib/args.h"
#include "lib/safe.h"

static volatile sig_atomic_t stop;

static void on_term(int sig)
{
	(void)sig;
	stop = 1;
}

int main(int argc, char **argv)
{
	unsigned lines, n = 0;

	args_init(argc, argv);
	lines = args_number("--lines", 1000);
	args_end();
	on_signal(SIGTERM, on_term, SA_RESTART);
	while (n < lines && !stop)
		printf("line %u\n", n++);
	printf("end of table\n");
	if (fflush(stdout))
		return STATUS_WRONG;
	fprintf(stderr, "%s after %s\n", stop ? "stopped" : "done", n == lines ? "all" : "some");
	return 0;
}
