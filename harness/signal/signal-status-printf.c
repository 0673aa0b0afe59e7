/*
 * name: signal-status-printf
 * mechanism: signal
 * bug: handler that calls printf
 * about: reads records from standard input and tells how far it is when SIGUSR1 asks; the
 *	handler uses stdio
 * caught-as: unsafe-in-handler
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/record.h"
#include "lib/safe.h"

static struct tally tally;

static void on_usr1(int sig)
{
	(void)sig;
	fprintf(stderr, "status: %u records\n", tally.records);
}

int main(void)
{
	struct record r;

	on_signal(SIGUSR1, on_usr1, 0);
	while (tally.ends == 0 && safe_read(STDIN_FILENO, &r, sizeof(r)) == sizeof(r)) {
		tally_add(&tally, &r);
	}
	tally_print(&tally, stdout);
	return tally.ends ? 0 : STATUS_EARLY;
}
