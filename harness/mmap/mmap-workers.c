/*
 * name: mmap-workers
 * mechanism: mmap
 * bug: none
 * about: mmap-workers FILE: a child puts its results into a mapped file; when it dies
 *	the parent reports how far it came
 */
/* A twin with a bug includes this file: mmap-workers-private. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"

#define JOBS 8

#ifdef BUG_PRIVATE
#define SHARING MAP_PRIVATE
#else
#define SHARING MAP_SHARED
#endif

STEP void one_job(unsigned *done, unsigned job)
{
	done[job] = job * job + 1;
}

static int work(unsigned *done)
{
	for (unsigned job = 0; job < JOBS; job++)
		one_job(done, job);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned count = 0, *done;
	const char *path;
	int fd, status;
	pid_t child;

	args_init(argc, argv);
	path = args_operand();
	args_end();
	fd = safe_open(path, O_RDWR, 0);
	if (fd < 0)
		die(path);
	done = mmap(NULL, JOBS * sizeof(*done), PROT_READ | PROT_WRITE, SHARING, fd, 0);
	if (done == MAP_FAILED)
		die("mmap");
	child = make_child();
	if (child == 0)
		exit(work(done));
	if (safe_wait(child, &status) < 0)
		die("wait");
	while (count < JOBS && done[count] == count * count + 1)
		count++;
	printf("%u of %u jobs done\n", count, JOBS);
	return count == JOBS ? 0 : WIFSIGNALED(status) ? STATUS_GONE : STATUS_WRONG;
}
