/*
 * One use of an object that has an id or a name instead of a place in the
 * tree, chosen by the first argument; what came of it is printed.  Nothing is
 * left behind.
 *
 * libs: -lrt
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "lib/cases.h"
#include "lib/say.h"

#define SIZE	    16
#define QUEUE_SLOTS 4

struct text {
	long type;
	char data[SIZE];
};

static int check(int id)
{
	if (id < 0)
		_exit(98);
	return id;
}

static void on_alarm(int signal)
{
	(void)signal;
}

/* A wait that nobody ends is interrupted. */
static void limit_wait(void)
{
	struct sigaction sa = {.sa_handler = on_alarm};

	sigaction(SIGALRM, &sa, NULL);
	ualarm(200000, 0);
}

/* System V queues */

static int make_msg(void)
{
	return check(msgget(IPC_PRIVATE, 0600));
}

static long put_msg(int id, long type, const char *text)
{
	struct text m = {.type = type};

	strcpy(m.data, text);
	return msgsnd(id, &m, strlen(text), IPC_NOWAIT);
}

static void take_msgs(int id)
{
	struct text m;
	ssize_t n;

	while ((n = msgrcv(id, &m, SIZE, 0, IPC_NOWAIT)) >= 0)
		say("took '%.*s'\n", (int)n, m.data);
	say_result("msgrcv", n);
}

static void case_msg_send(void)
{
	int id = make_msg();

	say_result("msgsnd", put_msg(id, 1, "one"));
	msgctl(id, IPC_RMID, NULL);
}

static void case_msg_wait(void)
{
	int id = make_msg();
	struct text m;

	limit_wait();
	say_result("msgrcv", msgrcv(id, &m, SIZE, 0, 0));
	msgctl(id, IPC_RMID, NULL);
}

/* Two messages, the second of which is sent by the call that is struck. */
static void case_msg_two(void)
{
	int id = make_msg();

	put_msg(id, 7, "one");
	say_result("msgsnd", put_msg(id, 1, "two"));
	take_msgs(id);
	say_result("msgsnd", put_msg(id, 1, "three"));
	msgctl(id, IPC_RMID, NULL);
}

/* Semaphores and shared memory */

static void case_sem_wait(void)
{
	int id = check(semget(IPC_PRIVATE, 1, 0600));
	struct sembuf down = {0, -1, 0};

	limit_wait();
	say_result("semop", semop(id, &down, 1));
	semctl(id, 0, IPC_RMID);
}

static void case_sem_try(void)
{
	int id = check(semget(IPC_PRIVATE, 2, 0600));
	struct sembuf up_and_down[] = {{0, 1, 0}, {0, -1, IPC_NOWAIT}};

	say_result("semop", semop(id, up_and_down, 2));
	semctl(id, 0, IPC_RMID);
}

static void case_shm(void)
{
	int id = check(shmget(IPC_PRIVATE, 4096, 0600));
	char *at = shmat(id, NULL, 0);
	struct shmid_ds ds;

	*at = 'x';
	say_result("shmctl", shmctl(id, IPC_STAT, &ds));
	say("%s, still '%c'\n", ds.shm_perm.mode & SHM_DEST ? "removed" : "there", *at);
	shmctl(id, IPC_RMID, NULL);
}

/* POSIX queues */

static char queue_name[64];

static mqd_t make_queue(void)
{
	struct mq_attr attr = {.mq_maxmsg = QUEUE_SLOTS, .mq_msgsize = SIZE};

	snprintf(queue_name, sizeof(queue_name), "/engine-objects-%d", getpid());
	return check(mq_open(queue_name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &attr));
}

static void take_messages(mqd_t queue)
{
	char data[SIZE];
	ssize_t n;

	while ((n = mq_receive(queue, data, SIZE, NULL)) >= 0)
		say("took '%.*s'\n", (int)n, data);
	say_result("mq_receive", n);
}

static void case_mq_two(void)
{
	mqd_t queue = make_queue();
	char data[SIZE];

	mq_send(queue, "one", 3, 0);
	say_result("mq_send", mq_send(queue, "two", 3, 1));
	take_messages(queue);
	say_result("mq_send", mq_send(queue, "three", 5, 1));
	say_result("mq_receive", mq_receive(queue, data, SIZE, NULL));
	mq_unlink(queue_name);
}

static void case_mq_name(void)
{
	mqd_t queue = make_queue();

	say_result("mq_send", mq_send(queue, "one", 3, 0));
	say_result("mq_open", mq_open(queue_name, O_RDWR) >= 0 ? 0 : -1);
	take_messages(queue);
	mq_unlink(queue_name);
}

static void case_mq_full(void)
{
	mqd_t queue = make_queue();

	for (int i = 0; i < QUEUE_SLOTS; i++)
		mq_send(queue, "x", 1, 0);
	say_result("mq_send", mq_send(queue, "y", 1, 0));
	mq_unlink(queue_name);
}

static void case_mq_notify(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_NONE};
	mqd_t queue = make_queue();

	mq_notify(queue, &event);
	say_result("mq_send", mq_send(queue, "y", 1, 0));
	mq_unlink(queue_name);
}

static void case_mq_wait(void)
{
	mqd_t queue = make_queue();
	struct mq_attr wait = {.mq_flags = 0};
	char data[SIZE];

	mq_unlink(queue_name);
	mq_setattr(queue, &wait, NULL);
	limit_wait();
	say_result("mq_receive", mq_receive(queue, data, SIZE, NULL));
}

static const struct named_case cases[] = {
	{"msg-send", case_msg_send}, {"msg-wait", case_msg_wait}, {"msg-two", case_msg_two},
	{"sem-wait", case_sem_wait}, {"shm", case_shm},		  {"mq-two", case_mq_two},
	{"mq-name", case_mq_name},   {"mq-full", case_mq_full},	  {"mq-notify", case_mq_notify},
	{"mq-wait", case_mq_wait},   {"sem-try", case_sem_try},
};

int main(int argc, char **argv)
{
	(void)argc;
	return run_case(cases, sizeof(cases) / sizeof(cases[0]), argv[1]);
}
