/*
 * name: signal-status
 * mechanism: signal
 * bug: none
 * about: reads records from standard input and tells how far it is when SIGUSR1 asks; the
 *	handler only sets a flag
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/record.h"
#include "lib/safe.h"

static volatile sig_atomic_t asked;
static struct tally tally;

static void on_usr1(int sig)
{
	(void)sig;
	asked = 1;
}

static void tell(void)
{
	if (!asked)
		return;
	asked = 0;
	fprintf(stderr, "status: %u records\n", tally.records);
}

int main(void)
{
	struct record r;

	on_signal(SIGUSR1, on_usr1, 0);
	while (tally.ends == 0 && safe_read(STDIN_FILENO, &r, sizeof(r)) == sizeof(r)) {
		tell();
		tally_add(&tally, &r);
	}
	tally_print(&tally, stdout);
	return tally.ends ? 0 : STATUS_EARLY;
}
