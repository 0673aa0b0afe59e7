/*
 * name: signal-exit-in-handler
 * mechanism: signal
 * bug: handler that calls exit
 * about: prints a long table with stdio; the handler of SIGTERM ends the table and calls
 *	exit, in the middle of whatever stdio was doing
 * caught-as: unsafe-in-handler wrong-output
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/args.h"
#include "lib/safe.h"

static void on_term(int sig)
{
	(void)sig;
	printf("end of table\n");
	fprintf(stderr, "stopped after some\n");
	exit(0);
}

int main(int argc, char **argv)
{
	unsigned lines, n = 0;

	args_init(argc, argv);
	lines = args_number("--lines", 1000);
	args_end();
	on_signal(SIGTERM, on_term, SA_RESTART);
	while (n < lines)
		printf("line %u\n", n++);
	printf("end of table\n");
	if (fflush(stdout))
		return STATUS_WRONG;
	fprintf(stderr, "done after all\n");
	return 0;
}
