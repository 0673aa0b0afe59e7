/*
 * name: signal-queue
 * mechanism: signal
 * bug: none
 * about: works through a list of jobs; each SIGUSR1 brings one more; the handler only
 *	counts and wakes (the self-pipe, which does not block), the list belongs to the main
 *	program
 */
/* Twins with a bug include this file: signal-queue-blocking. */
#include <errno.h>
#include <fcntl.h>
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
static volatile sig_atomic_t asked, unsent;
static int wake[2];

static void on_usr1(int sig)
{
	int saved = errno;

	(void)sig;
	asked++;
	unsent += write(wake[1], "", 1) < 0;
	errno = saved;
}

static void add_job(void)
{
	if (used == JOBS + MORE)
		return;
	jobs[used].next = list;
	list = &jobs[used++];
}

/* What the signals have asked for since the last time. */
static void take_requests(void)
{
	static sig_atomic_t taken;
	char bytes[64];

	while (read(wake[0], bytes, sizeof(bytes)) > 0)
		;
	for (; taken < asked; taken++)
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

#ifdef BUG_BLOCKING
	make_pipe(wake);
	fcntl(wake[0], F_SETFL, O_NONBLOCK);
#else
	if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) < 0)
		die("pipe");
#endif
	on_signal(SIGUSR1, on_usr1, SA_RESTART);
	while (used < JOBS)
		add_job();
	for (; list; done++) {
		do_first_job();
		take_requests();
	}
	signal(SIGUSR1, SIG_IGN); /* the handler writes to what is closed now */
	safe_close(&wake[0]);
	safe_close(&wake[1]);
	printf("jobs %u\n", done);
	return 0;
}
