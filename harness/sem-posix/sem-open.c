/*
 * name: sem-open
 * mechanism: sem-posix
 * bug: none
 * about: sem-open: makes a named semaphore, takes it once and gives it back; says why when there
 *	is none to be had
 */
/* Twins with a bug include this file: sem-open-unchecked. */
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

int main(int argc, char **argv)
{
	char name[40];
	sem_t *sem;

	args_init(argc, argv);
	args_end();
	snprintf(name, sizeof(name), "/ipcfault-%d", getpid());
	sem = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
#ifndef BUG_UNCHECKED
	if (sem == SEM_FAILED) {
		printf("no semaphore: %s\n", strerror(errno));
		return STATUS_WRONG;
	}
#endif
	sem_unlink(name);
	while (sem_wait(sem))
		if (errno != EINTR)
			die("sem_wait");
	printf("my turn\n");
	sem_post(sem);
	sem_close(sem);
	return 0;
}
