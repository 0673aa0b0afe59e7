/*
 * name: msg-tenants
 * mechanism: msg-sysv
 * bug: none
 * about: makes a queue for each of its tenants, which must not exist yet: ftok gives equal keys
 *	to numbers that differ by 256, and others may have the key
 */
/* A twin with a bug includes this file: msg-tenants-collide. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/msg.h>

#include "lib/args.h"
#include "lib/safe.h"

#define TENANTS 2
#define TRIES	16

static const int numbers[TENANTS] = {1, 257};

struct message {
	long type;
	int tenant;
};

static int make_queue(const char *folder, int number)
{
#ifdef BUG_COLLIDE
	return msgget(ftok(folder, number), IPC_CREAT | 0600);
#else
	for (int i = 0; i < TRIES; i++) {
		int queue = msgget(ftok(folder, number + i), IPC_CREAT | IPC_EXCL | 0600);

		if (queue >= 0 || errno != EEXIST)
			return queue;
	}
	return -1;
#endif
}

int main(int argc, char **argv)
{
	const char *folder;
	int queues[TENANTS];

	args_init(argc, argv);
	folder = args_operand();
	args_end();
	for (int i = 0; i < TENANTS; i++) {
		queues[i] = make_queue(folder, numbers[i]);
		if (queues[i] < 0)
			die("queue");
	}
	for (int i = TENANTS; i-- > 0;)
		msgsnd(queues[i], &(struct message){1, numbers[i]}, sizeof(int), IPC_NOWAIT);
	for (int i = 0; i < TENANTS; i++) {
		struct message m = {0, 0};

		if (msgrcv(queues[i], &m, sizeof(int), 0, IPC_NOWAIT) < 0)
			die("msgrcv");
		printf("tenant %d got what was for %d\n", numbers[i], m.tenant);
	}
	for (int i = 0; i < TENANTS; i++)
		msgctl(queues[i], IPC_RMID, NULL);
	return 0;
}
