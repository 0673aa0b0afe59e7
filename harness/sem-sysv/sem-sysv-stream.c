/*
 * name: sem-sysv-stream
 * mechanism: sem-sysv
 * bug: none
 * about: a child raises a semaphore by 1000 for each batch, the parent lowers it: nobody owns
 *	what is in it, and so nothing of it is undone at anybody's end
 */
/* A twin with a bug includes this file: sem-sysv-stream-undo. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <unistd.h>

#include "lib/safe.h"

#define BATCHES 40
#define BATCH	1000

#ifdef BUG_UNDO
#define UNDO SEM_UNDO
#else
#define UNDO 0
#endif

static int set;

/* As many are ready as come in a batch; room for as many is left. */
enum { READY, ROOM };

static int change(unsigned short which, short by)
{
	struct sembuf op = {.sem_num = which, .sem_op = by, .sem_flg = UNDO};
	int rc;

	do
		rc = semop(set, &op, 1);
	while (rc < 0 && errno == EINTR);
	if (rc < 0)
		perror("semop");
	return rc;
}

static int produce(void)
{
	for (int i = 0; i < BATCHES; i++)
		if (change(ROOM, -BATCH) < 0 || change(READY, BATCH) < 0)
			return STATUS_WRONG;
	return 0;
}

static int consume(void)
{
	for (int i = 0; i < BATCHES; i++)
		if (change(READY, -BATCH) < 0 || change(ROOM, BATCH) < 0)
			return STATUS_WRONG;
	return 0;
}

/* Who waits there is told. */
static void remove_set(void)
{
	semctl(set, 0, IPC_RMID);
}

int main(void)
{
	int status = 0, rc;
	pid_t pid;

	set = semget(IPC_PRIVATE, 2, 0600);
	if (set < 0 || semctl(set, ROOM, SETVAL, BATCH) < 0)
		die("semget");
	share_fate(remove_set);
	pid = make_child();
	if (pid == 0) {
		rc = produce();
		if (rc)
			remove_set(); /* nothing more will come */
		exit(rc);
	}
	rc = consume();
	if (rc)
		remove_set();
	if (safe_wait(pid, &status) < 0)
		die("wait");
	remove_set();
	printf("%d batches\n", BATCHES);
	return rc || status ? STATUS_WRONG : 0;
}
