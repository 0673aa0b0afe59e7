/*
 * name: mq-retry
 * mechanism: mq-posix
 * bug: none
 * about: works off jobs, each of which needs a file of its own; a job that fails goes back to
 *	the end of the queue, and after three times is given up
 */
/* A twin with a bug includes this file: mq-retry-urgent. */
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

#define JOBS   4
#define TRIES  3
#define URGENT 9

struct job {
	unsigned number, tries;
};

static const char *folder;

static bool do_job(const struct job *job)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/job%u", folder, job->number);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	safe_close(&fd);
	return true;
}

static void send_job(mqd_t queue, const struct job *job, unsigned priority)
{
	if (mq_send(queue, (const char *)job, sizeof(*job), priority))
		die("mq_send");
}

static void make_jobs(mqd_t queue)
{
	for (unsigned i = 1; i <= JOBS; i++) {
		struct job job = {i, 0};
		char path[256];
		int fd;

		snprintf(path, sizeof(path), "%s/job%u", folder, i);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			die(path);
		safe_close(&fd);
		send_job(queue, &job, 0);
	}
}

static void remove_files(void)
{
	for (unsigned i = 1; i <= JOBS; i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s/job%u", folder, i);
		unlink(path);
	}
}

/* Whether the job is out of the way. */
static bool try_again(mqd_t queue, struct job *job)
{
#ifdef BUG_URGENT
	/* "It has waited long enough." */
	send_job(queue, job, URGENT);
	return false;
#else
	if (++job->tries == TRIES)
		return true;
	send_job(queue, job, 0);
	return false;
#endif
}

int main(int argc, char **argv)
{
	unsigned done = 0, given_up = 0;
	mqd_t queue;

	args_init(argc, argv);
	queue = mq_open(args_operand(), O_RDWR);
	folder = args_operand();
	args_end();
	if (queue < 0)
		die("mq_open");
	make_jobs(queue);
	while (done + given_up < JOBS) {
		struct job job;

		if (mq_receive(queue, (char *)&job, sizeof(job), NULL) < 0)
			die("mq_receive");
		if (do_job(&job))
			done++;
		else
			given_up += try_again(queue, &job);
	}
	remove_files();
	printf("done %u given up %u\n", done, given_up);
	return given_up ? STATUS_WRONG : 0;
}
