/*
 * name: signal-signalfd
 * mechanism: signal
 * bug: none
 * about: works through a list of jobs; each SIGUSR1 brings one more; it has no handler,
 *	the signals are read from a signalfd between two jobs
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
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

static int open_signals(void)
{
	sigset_t usr1;
	int fd;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	fd = signalfd(-1, &usr1, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		die("signalfd");
	return fd;
}

static void take_requests(int fd)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info))
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
	int signals;

	signals = open_signals();
	while (used < JOBS)
		add_job();
	for (; list; done++) {
		do_first_job();
		take_requests(signals);
	}
	safe_close(&signals);
	printf("jobs %u\n", done);
	return 0;
}
