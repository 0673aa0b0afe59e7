/*
 * name: sem-sysv-forks
 * mechanism: sem-sysv
 * bug: none
 * about: three philosophers, three forks in one set; each takes its two in one operation, or
 *	none
 */
/* A twin with a bug includes this file: sem-sysv-forks-single. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <unistd.h>

#include "lib/safe.h"

#define PHILOSOPHERS 3
#define MEALS	     5

static int set;

static int change(const struct sembuf *ops, size_t count)
{
	int rc;

	do
		rc = semop(set, (struct sembuf *)ops, count);
	while (rc < 0 && errno == EINTR);
	return rc;
}

/* All three come so far before any goes on. */
static int meet(void)
{
	const struct sembuf here = {.sem_num = PHILOSOPHERS, .sem_op = -1};
	const struct sembuf all = {.sem_num = PHILOSOPHERS, .sem_op = 0};

	return change(&here, 1) < 0 ? -1 : change(&all, 1);
}

static int take_forks(int me, bool first_meal)
{
	struct sembuf forks[] = {
		{.sem_num = (unsigned short)me, .sem_op = -1, .sem_flg = SEM_UNDO},
		{.sem_num = (unsigned short)((me + 1) % PHILOSOPHERS),
		 .sem_op = -1,
		 .sem_flg = SEM_UNDO},
	};

#ifdef BUG_SINGLE
	if (change(&forks[0], 1) < 0 || (first_meal && meet() < 0))
		return -1;
	return change(&forks[1], 1);
#else
	if (first_meal && meet() < 0)
		return -1;
	return change(forks, 2);
#endif
}

static int put_forks(int me)
{
	struct sembuf forks[] = {
		{.sem_num = (unsigned short)me, .sem_op = 1, .sem_flg = SEM_UNDO},
		{.sem_num = (unsigned short)((me + 1) % PHILOSOPHERS),
		 .sem_op = 1,
		 .sem_flg = SEM_UNDO},
	};

	return change(forks, 2);
}

static int dine(int me)
{
	for (int meal = 0; meal < MEALS; meal++)
		if (take_forks(me, meal == 0) < 0 || put_forks(me) < 0)
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
	unsigned short start[PHILOSOPHERS + 1] = {1, 1, 1, PHILOSOPHERS};
	pid_t pids[PHILOSOPHERS];
	int failed = 0, status;

	set = semget(IPC_PRIVATE, PHILOSOPHERS + 1, 0600);
	if (set < 0 || semctl(set, 0, SETALL, start) < 0)
		die("semget");
	share_fate(remove_set);
	for (int i = 0; i < PHILOSOPHERS; i++) {
		pids[i] = make_child();
		if (pids[i] == 0)
			exit(dine(i));
	}
	for (int i = 0; i < PHILOSOPHERS; i++)
		failed += safe_wait(pids[i], &status) < 0 || status;
	remove_set();
	printf("%d dined\n", PHILOSOPHERS - failed);
	return failed ? STATUS_WRONG : 0;
}
