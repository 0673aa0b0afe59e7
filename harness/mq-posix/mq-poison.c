/*
 * name: mq-poison
 * mechanism: mq-posix
 * bug: none
 * about: works off jobs in a child; a job whose worker died goes back into the queue, and after
 *	it has cost three workers to the queue of dead letters
 */
/* A twin with a bug includes this file: mq-poison-loop. */
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

#define JOBS	 5
#define SPECIAL	 3 /* the job that is not like the others */
#define DEATHS	 3
#define RESTARTS 20

struct job {
	unsigned number, deaths;
};

/* What the worker is at, for the parent to see when it has died. */
static struct {
	struct job job;
	bool at_work;
	unsigned done;
} * shared;

static mqd_t jobs, dead_letters;

/* For scenarios to name. */
__attribute__((noinline)) void do_special(unsigned number);

void do_special(unsigned number)
{
	printf("special job %u\n", number);
	if (fflush(stdout))
		die("standard output");
}

static void send_job(mqd_t queue, const struct job *job)
{
	if (mq_send(queue, (const char *)job, sizeof(*job), 0))
		die("mq_send");
}

static _Noreturn void work(void)
{
	while (shared->done < JOBS) {
		if (mq_receive(jobs, (char *)&shared->job, sizeof(shared->job), NULL) < 0)
			die("mq_receive");
		shared->at_work = true;
		if (shared->job.number == SPECIAL)
			do_special(shared->job.number);
		shared->at_work = false;
		shared->done++;
	}
	exit(0);
}

/* The job that killed its worker. */
static void put_back(struct job *job)
{
#ifndef BUG_LOOP
	if (++job->deaths == DEATHS) {
		send_job(dead_letters, job);
		shared->done++;
		return;
	}
#endif
	send_job(jobs, job);
}

/* Whether the worker has ended by itself. */
static bool run_worker(void)
{
	pid_t pid = make_child();
	int status;

	if (pid == 0)
		work();
	if (safe_wait(pid, &status) < 0)
		die("wait");
	if (shared->at_work)
		put_back(&shared->job);
	shared->at_work = false;
	return status == 0;
}

int main(int argc, char **argv)
{
	struct mq_attr attr;
	unsigned restarts = 0;

	args_init(argc, argv);
	jobs = mq_open(args_operand(), O_RDWR);
	dead_letters = mq_open(args_operand(), O_RDWR);
	args_end();
	if (jobs < 0 || dead_letters < 0)
		die("mq_open");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		die("mmap");
	for (unsigned i = 1; i <= JOBS; i++)
		send_job(jobs, &(struct job){i, 0});
	while (!run_worker()) {
		if (++restarts == RESTARTS) {
			fprintf(stderr, "the worker died %u times: given up\n", restarts);
			return STATUS_WRONG;
		}
	}
	if (mq_getattr(dead_letters, &attr))
		die("mq_getattr");
	printf("jobs %u dead letters %ld\n", shared->done, attr.mq_curmsgs);
	return 0;
}
