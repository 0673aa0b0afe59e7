/*
 * name: mq-caller
 * mechanism: mq-posix
 * bug: none
 * about: asks a server over a queue that the server has made; where there is no such queue, it
 *	says that there is no server
 */
/* A twin with a bug includes this file: mq-caller-creates. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>

#include "lib/args.h"
#include "lib/queue.h"
#include "lib/safe.h"

static mqd_t open_requests(const char *name)
{
#ifdef BUG_CREATES
	struct mq_attr attr = {.mq_maxmsg = 4, .mq_msgsize = sizeof(struct record)};

	return mq_open(name, O_WRONLY | O_CREAT, 0600, &attr);
#else
	return mq_open(name, O_WRONLY);
#endif
}

int main(int argc, char **argv)
{
	mqd_t requests;
	struct record r;
	int replies;

	args_init(argc, argv);
	requests = open_requests(args_operand());
	replies = queue_posix.open(args_operand());
	args_end();
	if (requests < 0 && errno == ENOENT) {
		fprintf(stderr, "there is no server\n");
		return STATUS_NOBODY;
	}
	if (requests < 0 || replies < 0)
		die("queue");
	record_fill(&r, RECORD_DATA, 1, 0);
	if (queue_posix.send(requests, &r) || queue_posix.receive(replies, &r))
		die("ask");
	printf("answered\n");
	record_fill(&r, RECORD_END, 1, 1);
	return queue_posix.send(requests, &r) ? STATUS_WRONG : 0;
}
