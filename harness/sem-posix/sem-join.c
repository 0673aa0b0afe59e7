/*
 * name: sem-join
 * mechanism: sem-posix
 * bug: none
 * about: sem-join: a parent makes a named semaphore and sends a child to post it; the child
 *	joins the one that is there, and says so when there is none
 */
/* A twin with a bug includes this file: sem-join-creates. */
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/worker.h"

static char name[40];

static sem_t *join(void)
{
#ifdef BUG_CREATES
	return sem_open(name, O_CREAT, 0600, 0);
#else
	return sem_open(name, 0);
#endif
}

static int post(void)
{
	sem_t *sem = join();

	if (sem == SEM_FAILED) {
		fprintf(stderr, "no semaphore to post: %s\n", strerror(errno));
		return STATUS_NOBODY;
	}
	sem_post(sem);
	sem_close(sem);
	return 0;
}

static void await(sem_t *sem)
{
	while (sem_wait(sem) && errno == EINTR)
		;
	printf("posted\n");
}

int main(int argc, char **argv)
{
	int status, result;
	pid_t child;
	sem_t *sem;

	args_init(argc, argv);
	args_end();
	snprintf(name, sizeof(name), "/ipcfault-join-%d", getpid());
	sem = sem_open(name, O_CREAT | O_EXCL, 0600, 0);
	if (sem == SEM_FAILED)
		die(name);
	child = make_child();
	if (child == 0)
		exit(post());
	if (safe_wait(child, &status) < 0)
		die("wait");
	result = worker_judge("the child", status);
	if (!result)
		await(sem);
	sem_close(sem);
	sem_unlink(name);
	return result;
}
