/*
 * name: signal-nested-unmasked
 * mechanism: signal
 * bug: handler hit by another handler
 * about: writes lines and keeps a log of the signals that came; the handler of one can be
 *	interrupted by the other, and then one of the two is forgotten
 * caught-as: wrong-output
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/safe.h"

static struct {
	volatile sig_atomic_t count;
	int signals[64];
} events;

static void on_event(int sig)
{
	sig_atomic_t at = events.count;

	if (at == 64)
		return;
	events.signals[at] = sig;
	safe_write(STDERR_FILENO, "event\n", strlen("event\n"));
	events.count = at + 1;
}

static void set_up_signals(void)
{
	on_signal(SIGUSR1, on_event, SA_RESTART);
	on_signal(SIGUSR2, on_event, SA_RESTART);
}

int main(void)
{
	set_up_signals();
	for (int i = 0; i < 5; i++)
		safe_write(STDOUT_FILENO, "line\n", strlen("line\n"));
	printf("events %d\n", (int)events.count);
	return 0;
}
