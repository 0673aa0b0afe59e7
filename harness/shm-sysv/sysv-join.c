/*
 * name: sysv-join
 * mechanism: shm-sysv
 * bug: none
 * about: sysv-join FOLDER: a parent makes the segment that belongs to FOLDER, and its child joins
 *	it by its key and reads it; where there is none any more it says so
 */
/* A twin with a bug includes this file: sysv-join-creates. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/worker.h"

#define SIZE 64

static char *attach(int id)
{
	char *text = shmat(id, NULL, 0);

	if (text == (void *)-1)
		die("shmat");
	return text;
}

static int join(key_t key)
{
#ifdef BUG_CREATES
	int id = shmget(key, SIZE, IPC_CREAT | 0600);
#else
	int id = shmget(key, 0, 0);
#endif
	char *text;

	if (id < 0) {
		fprintf(stderr, "nothing to join: %s\n", strerror(errno));
		return STATUS_NOBODY;
	}
	text = attach(id);
	printf("joined: %s\n", text);
	fflush(stdout);
	shmdt(text);
	return 0;
}

int main(int argc, char **argv)
{
	key_t key;
	int id, status;
	pid_t child;
	char *text;

	args_init(argc, argv);
	key = ftok(args_operand(), 'j');
	args_end();
	id = shmget(key, SIZE, IPC_CREAT | IPC_EXCL | 0600);
	if (id < 0)
		die("shmget");
	text = attach(id);
	memcpy(text, "hello", sizeof("hello"));
	child = make_child();
	if (child == 0)
		exit(join(key));
	if (safe_wait(child, &status) < 0)
		die("wait");
	shmdt(text);
	shmctl(id, IPC_RMID, NULL);
	return worker_judge("the child", status);
}
