/*
 * name: signal-count-flag
 * mechanism: signal
 * bug: flag where a counter is needed
 * about: reads records and looks once per record at the flag that a signal sets: twenty
 *	events are one
 * caught-as: wrong-output
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/record.h"
#include "lib/safe.h"

static volatile sig_atomic_t flag;

static void on_event(int sig)
{
	(void)sig;
	flag = 1;
}

int main(void)
{
	struct tally tally = {0};
	struct record r;
	int events = 0;

	on_signal(SIGRTMIN, on_event, 0);
	while (tally.ends == 0 && safe_read(STDIN_FILENO, &r, sizeof(r)) == sizeof(r)) {
		tally_add(&tally, &r);
		events += flag != 0;
		flag = 0;
	}
	printf("records %u events %d\n", tally.records, events);
	return tally.ends ? 0 : STATUS_EARLY;
}
