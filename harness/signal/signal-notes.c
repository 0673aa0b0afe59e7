/*
 * name: signal-notes
 * mechanism: signal
 * bug: none
 * about: queues eight notes for itself as real-time signals and takes them one by one; the
 *	queue has a limit, RLIMIT_SIGPENDING, and what did not fit is reported
 */
/* A twin with a bug includes this file: signal-notes-unchecked. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/safe.h"

#define NOTES 8

/* How many were queued. */
static unsigned leave_notes(void)
{
	for (int i = 0; i < NOTES; i++) {
		union sigval value = {.sival_int = i};

#ifdef BUG_UNCHECKED
		sigqueue(getpid(), SIGRTMIN, value);
#else
		if (sigqueue(getpid(), SIGRTMIN, value) < 0) {
			fprintf(stderr, "note %d: %s\n", i, strerror(errno));
			return (unsigned)i;
		}
#endif
	}
	return NOTES;
}

static void take_notes(const sigset_t *set, unsigned count)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < count;) {
		siginfo_t info;

		if (sigwaitinfo(set, &info) < 0)
			continue;
		sum += (unsigned)info.si_value.sival_int;
		i++;
	}
	printf("notes %u sum %u\n", count, sum);
}

int main(void)
{
	unsigned count;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		die("sigprocmask");
	count = leave_notes();
	take_notes(&set, count);
	return count == NOTES ? 0 : STATUS_WRONG;
}
