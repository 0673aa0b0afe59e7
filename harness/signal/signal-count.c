/*
 * name: signal-count
 * mechanism: signal
 * bug: none
 * about: reads records and counts the events that real-time signals (SIGRTMIN) announce:
 *	one signal, one event
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/record.h"
#include "lib/safe.h"

static volatile sig_atomic_t events;

static void on_event(int sig)
{
	(void)sig;
	events++;
}

int main(void)
{
	struct tally tally = {0};
	struct record r;

	on_signal(SIGRTMIN, on_event, 0);
	while (tally.ends == 0 && safe_read(STDIN_FILENO, &r, sizeof(r)) == sizeof(r))
		tally_add(&tally, &r);
	printf("records %u events %d\n", tally.records, (int)events);
	return tally.ends ? 0 : STATUS_EARLY;
}
