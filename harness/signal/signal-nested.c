/*
 * name: signal-nested
 * mechanism: signal
 * bug: none
 * about: writes lines and keeps a log of the signals that came; the handler of one blocks
 *	the other
 */
/* Twins with a bug include this file: signal-nested-unmasked. */
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
#ifdef BUG_UNMASKED
	on_signal(SIGUSR1, on_event, SA_RESTART);
	on_signal(SIGUSR2, on_event, SA_RESTART);
#else
	struct sigaction sa = {.sa_handler = on_event, .sa_flags = SA_RESTART};

	sigemptyset(&sa.sa_mask);
	sigaddset(&sa.sa_mask, SIGUSR1);
	sigaddset(&sa.sa_mask, SIGUSR2);
	if (sigaction(SIGUSR1, &sa, NULL) < 0 || sigaction(SIGUSR2, &sa, NULL) < 0)
		die("sigaction");
#endif
}

int main(void)
{
	set_up_signals();
	for (int i = 0; i < 5; i++)
		if (safe_write(STDOUT_FILENO, "line\n", strlen("line\n")) < 0)
			die("write");
	printf("events %d\n", (int)events.count);
	return 0;
}
