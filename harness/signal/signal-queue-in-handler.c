/*
 * name: signal-queue-in-handler
 * mechanism: signal
 * bug: work done in the handler
 * about: works through a list of jobs; each SIGUSR1 brings one more; the handler puts it
 *	into the list while the main program takes one out
 * caught-as: wrong-output
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/safe.h"

#define JOBS 5
#define MORE 32

struct job {
	struct job *next;
};

static struct job jobs[JOBS + MORE], *list;
static unsigned used;

static void add_job(void)
{
	if (used == JOBS + MORE)
		return;
	jobs[used].next = list;
	list = &jobs[used++];
}

static void on_usr1(int sig)
{
	(void)sig;
	add_job();
}

static void do_first_job(void)
{
	struct job *job = list;

	safe_write(STDERR_FILENO, "job\n", strlen("job\n"));
	list = job->next;
}

int main(void)
{
	unsigned done = 0;

	on_signal(SIGUSR1, on_usr1, SA_RESTART);
	while (used < JOBS)
		add_job();
	for (; list; done++)
		do_first_job();
	printf("jobs %u\n", done);
	return 0;
}
