/*
 * name: signal-status-malloc
 * mechanism: signal
 * bug: handler that calls malloc
 * about: reads records from standard input and tells how far it is when SIGUSR1 asks; the
 *	handler makes its message on the heap
 * caught-as: unsafe-in-handler
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/record.h"
#include "lib/safe.h"

static struct tally tally;

static void on_usr1(int sig)
{
	static const char head[] = "status: records ";
	char *text;

	(void)sig;
	text = malloc(sizeof(head) + 10);
	if (!text)
		return;
	memcpy(text, head, sizeof(head));
	for (unsigned i = 0, n = tally.records; i < 10; i++, n /= 10)
		text[sizeof(head) + 8 - i] = (char)('0' + n % 10);
	text[sizeof(head) + 9] = '\n';
	safe_write(STDERR_FILENO, text, sizeof(head) + 10);
	free(text);
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
