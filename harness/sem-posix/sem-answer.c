/*
 * name: sem-answer
 * mechanism: sem-posix
 * bug: none
 * about: sem-answer [--timed]: asks a child for an answer, which it gives once it has read a
 *	line of standard input, and waits for it at a semaphore, with --timed for a minute; a
 *	signal in between changes neither the wait nor its limit
 */
/* Twins with a bug include this file: sem-answer-no-eintr, sem-answer-impatient. */
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/shared.h"

static struct {
	sem_t ready;
	unsigned answer;
} * slot;

static void on_usr1(int sig)
{
	(void)sig;
}

static void give_answer(void)
{
	await_line();
	slot->answer = 42;
	sem_post(&slot->ready);
}

static int await_answer(bool timed)
{
	struct timespec until;
	int rc;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 60;
#if defined(BUG_NO_EINTR)
	rc = timed ? sem_timedwait(&slot->ready, &until) : sem_wait(&slot->ready);
	return rc && errno == ETIMEDOUT ? -1 : 0;
#elif defined(BUG_IMPATIENT)
	rc = timed ? sem_timedwait(&slot->ready, &until) : sem_wait(&slot->ready);
	return rc;
#else
	while ((rc = timed ? sem_timedwait(&slot->ready, &until) : sem_wait(&slot->ready)) &&
	       errno == EINTR) {
		printf("interrupted: waiting on\n");
		fflush(stdout);
	}
	return rc;
#endif
}

int main(int argc, char **argv)
{
	unsigned answer;
	bool timed;
	int rc;

	args_init(argc, argv);
	timed = args_flag("--timed");
	args_end();
	/* With a limit the wait fails with EINTR even so, see sem_timedwait in signal(7). */
	on_signal(SIGUSR1, on_usr1, timed ? SA_RESTART : 0);
	slot = shared_make(sizeof(*slot));
	sem_init(&slot->ready, 1, 0);
	if (make_child() == 0) {
		give_answer();
		exit(0);
	}
	rc = await_answer(timed);
	answer = slot->answer;
	if (rc)
		printf("no answer in time\n");
	else
		printf("the answer is %u\n", answer);
	fflush(stdout);
	wait_for_children(NULL);
	return rc ? STATUS_NOBODY : answer == 42 ? 0 : STATUS_WRONG;
}
