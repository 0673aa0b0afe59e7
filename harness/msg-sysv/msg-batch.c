/*
 * name: msg-batch
 * mechanism: msg-sysv
 * bug: none
 * about: puts its records into a queue with a key of its own and takes them out again; a queue
 *	that a dead process has left is removed first
 */
/* A twin with a bug includes this file: msg-batch-reuse. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "lib/args.h"
#include "msg-sysv/message.h"

#define RECORDS 6

#ifdef BUG_REUSE
static int make_queue(const char *folder)
{
	return open_queue(folder);
}
#else
static bool is_alive(pid_t pid)
{
	return pid > 0 && (kill(pid, 0) == 0 || errno != ESRCH);
}

/* A queue knows who has sent to it last. */
static int make_queue(const char *folder)
{
	key_t key = ftok(folder, 'q');
	struct msqid_ds ds;

	for (;;) {
		int queue = msgget(key, IPC_CREAT | IPC_EXCL | 0600), old;

		if (queue >= 0)
			return queue;
		old = errno == EEXIST ? msgget(key, 0) : -1;
		if (old < 0 || msgctl(old, IPC_STAT, &ds) || is_alive(ds.msg_lspid))
			die("queue");
		msgctl(old, IPC_RMID, NULL);
	}
}
#endif

int main(int argc, char **argv)
{
	struct message m = {.type = 1};
	struct tally tally = {0};
	int queue;

	args_init(argc, argv);
	queue = make_queue(args_operand());
	args_end();
	for (unsigned seq = 0; seq <= RECORDS; seq++) {
		record_fill(&m.record, seq < RECORDS ? RECORD_DATA : RECORD_END, 0, seq);
		if (msgsnd(queue, &m, sizeof(m.record), 0))
			die("msgsnd");
	}
	while (!tally.ends && msgrcv(queue, &m, sizeof(m.record), 0, 0) >= 0)
		tally_add(&tally, &m.record);
	msgctl(queue, IPC_RMID, NULL);
	tally_print(&tally, stdout);
	return tally_is_clean(&tally) ? 0 : STATUS_WRONG;
}
