/*
 * graph-queues.c - processes that wait for each other at message queues
 *
 * graph-queues CASE: sets the case up and stays in it until it is killed.  What
 * has a name is named after our pid: who runs this removes it.
 */
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "lib/cases.h"
#include "lib/group.h"

#define MESSAGE_KEY 0x67000000 /* and our pid */

static char byte;

static mqd_t make_queue(bool keep_name)
{
	struct mq_attr attr = {.mq_maxmsg = 1, .mq_msgsize = 1};
	char name[64];
	mqd_t queue;

	snprintf(name, sizeof(name), "/graph-queues-%d", getpid());
	queue = mq_open(name, O_RDWR | O_CREAT, 0600, &attr);
	if (!keep_name)
		mq_unlink(name);
	return queue;
}

static void queue_waiter(void)
{
	mq_receive(make_queue(false), &byte, 1, NULL);
}

static mqd_t queues[2];

/* Each keeps only what it waits at and where it would send. */
static void first_queue(void)
{
	mq_receive(queues[0], &byte, 1, NULL);
	mq_send(queues[1], "x", 1, 0);
}

static void second_queue(void)
{
	mq_receive(queues[1], &byte, 1, NULL);
	mq_send(queues[0], "x", 1, 0);
}

static void queue_cycle(void)
{
	queues[0] = make_queue(false);
	queues[1] = make_queue(false);
	start(first_queue);
	start(second_queue);
	close(queues[0]);
	close(queues[1]);
	sleep_long();
}

static void full_queue(void)
{
	mqd_t queue = make_queue(false);

	mq_send(queue, "x", 1, 0);
	mq_send(queue, "y", 1, 0);
}

static void queue_and_sleeper(void)
{
	queues[0] = make_queue(true);
	start(sleep_long);
	mq_receive(queues[0], &byte, 1, NULL);
}

static void poll_queue(void)
{
	struct pollfd fd = {.fd = make_queue(false), .events = POLLIN};

	poll(&fd, 1, -1);
}

static int message_queue;

static void receive_message(void)
{
	struct {
		long type;
		char byte;
	} message;

	msgrcv(message_queue, &message, 1, 0, 0);
}

static void messages(void)
{
	message_queue = msgget(MESSAGE_KEY + getpid(), IPC_CREAT | 0600);
	start(receive_message);
	receive_message();
}

static void messages_and_sleeper(void)
{
	message_queue = msgget(MESSAGE_KEY + getpid(), IPC_CREAT | 0600);
	start(receive_message);
	sleep_long();
}

static const struct named_case cases[] = {
	{"queue", queue_waiter},
	{"queue-cycle", queue_cycle},
	{"queue-full", full_queue},
	{"queue-and-sleeper", queue_and_sleeper},
	{"queue-poll", poll_queue},
	{"messages", messages},
	{"messages-and-sleeper", messages_and_sleeper},
};

int main(int argc, char **argv)
{
	(void)argc;
	return run_case(cases, sizeof(cases) / sizeof(cases[0]), argv[1]);
}
