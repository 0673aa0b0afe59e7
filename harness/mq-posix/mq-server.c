/*
 * name: mq-server
 * mechanism: mq-posix
 * bug: none
 * about: answers each request of one queue with the same record over another, until it is told
 *	to end
 */
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>

#include "lib/args.h"
#include "lib/queue.h"
#include "lib/safe.h"

int main(int argc, char **argv)
{
	int requests, replies;
	struct record r;

	args_init(argc, argv);
	requests = queue_posix.open(args_operand());
	replies = queue_posix.open(args_operand());
	args_end();
	if (requests < 0 || replies < 0)
		die("queue");
	printf("ready\n");
	fflush(stdout);
	while (queue_posix.receive(requests, &r) == 0 && r.kind == RECORD_DATA)
		if (queue_posix.send(replies, &r) < 0)
			return STATUS_WRONG;
	return 0;
}
