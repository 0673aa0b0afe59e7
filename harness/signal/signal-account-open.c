/*
 * name: signal-account-open
 * mechanism: signal
 * bug: signals not blocked around a critical section
 * about: moves money between two accounts; SIGUSR1 audits them, also in the middle of a
 *	transfer
 * caught-as: wrong-output wrong-exit
 */
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
	left -= amount;
	safe_write(STDERR_FILENO, "transfer\n", strlen("transfer\n"));
	right += amount;
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
