/*
 * name: mq-client
 * mechanism: mq-posix
 * bug: none
 * about: sends requests, and takes from the queue of replies those to its own; replies to a
 *	client that is no more are thrown away
 */
/* A twin with a bug includes this file: mq-client-stale. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/args.h"
#include "lib/queue.h"
#include "lib/safe.h"

static int ask(int requests, int replies, unsigned client, unsigned seq, struct record *reply)
{
	struct record r;
	int error;

	record_fill(&r, RECORD_DATA, client, seq);
	error = queue_posix.send(requests, &r);
	while (!error) {
		error = queue_posix.receive(replies, reply);
#ifndef BUG_STALE
		if (!error && (reply->writer != client || reply->seq != seq))
			continue;
#endif
		break;
	}
	return error;
}

int main(int argc, char **argv)
{
	unsigned client, count;
	int requests, replies;
	struct record r;

	args_init(argc, argv);
	client = args_number("--client", 1);
	count = args_number("--count", 3);
	requests = queue_posix.open(args_operand());
	replies = queue_posix.open(args_operand());
	args_end();
	if (requests < 0 || replies < 0)
		die("queue");
	for (unsigned seq = 0; seq < count; seq++) {
		if (ask(requests, replies, client, seq, &r))
			die("ask");
		printf("asked %u.%u: answer to %u.%u\n", client, seq, r.writer, r.seq);
	}
	record_fill(&r, RECORD_END, client, count);
	return queue_posix.send(requests, &r) ? STATUS_WRONG : 0;
}
