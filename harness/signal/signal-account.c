/*
 * name: signal-account
 * mechanism: signal
 * bug: none
 * about: moves money between two accounts; SIGUSR1 audits them, but never in the middle of
 *	a transfer
 */
/* Twins with a bug include this file: signal-account-open. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

#define TOTAL 1000

static volatile sig_atomic_t left = TOTAL, right, audits, wrong;

static void on_usr1(int sig)
{
	(void)sig;
	audits++;
	wrong += left + right != TOTAL;
}

static void transfer(int amount)
{
#ifndef BUG_OPEN
	sigset_t usr1, before;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, &before);
#endif
	left -= amount;
	safe_write(STDERR_FILENO, "transfer\n", strlen("transfer\n"));
	right += amount;
#ifndef BUG_OPEN
	sigprocmask(SIG_SETMASK, &before, NULL);
#endif
}

int main(int argc, char **argv)
{
	unsigned transfers;

	args_init(argc, argv);
	transfers = args_number("--transfers", 10);
	args_end();
	on_signal(SIGUSR1, on_usr1, SA_RESTART);
	for (unsigned i = 0; i < transfers; i++)
		transfer((int)i);
	printf("balance %d audits %d wrong %d\n", (int)(left + right), (int)audits, (int)wrong);
	return wrong ? STATUS_WRONG : 0;
}
