/*
 * name: mq-log
 * mechanism: mq-posix
 * bug: none
 * about: hands records to a child through a queue of its own; where it gets no queue it takes
 *	them down itself
 */
/* A twin with a bug includes this file: mq-log-unchecked. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"

static struct tally tally;

static mqd_t make_queue(void)
{
	struct mq_attr attr = {.mq_maxmsg = 4, .mq_msgsize = sizeof(struct record)};
	char name[32];
	mqd_t queue;

	snprintf(name, sizeof(name), "/mq-log-%d", getpid());
	queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attr);
	if (queue >= 0)
		mq_unlink(name);
	else
		fprintf(stderr, "no queue: %s\n", strerror(errno));
	return queue;
}

static _Noreturn void take_down(mqd_t queue)
{
	struct record r;

	while (!tally.ends && mq_receive(queue, (char *)&r, sizeof(r), NULL) == sizeof(r))
		tally_add(&tally, &r);
	tally_print(&tally, stdout);
	exit(0);
}

static void log_record(mqd_t queue, const struct record *r)
{
#ifndef BUG_UNCHECKED
	if (queue < 0) {
		tally_add(&tally, r);
		return;
	}
#endif
	while (mq_send(queue, (const char *)r, sizeof(*r), 0))
		if (errno != EINTR)
			die("mq_send");
}

int main(int argc, char **argv)
{
	unsigned records;
	struct record r;
	mqd_t queue;
	pid_t child;
	int status = 0;

	args_init(argc, argv);
	records = args_number("--records", 10);
	args_end();
	queue = make_queue();
	share_fate(NULL);
#ifdef BUG_UNCHECKED
	child = make_child();
#else
	child = queue >= 0 ? make_child() : -1;
#endif
	if (child == 0)
		take_down(queue);
	for (unsigned seq = 0; seq <= records; seq++) {
		record_fill(&r, seq < records ? RECORD_DATA : RECORD_END, 0, seq);
		log_record(queue, &r);
	}
	if (child > 0)
		safe_wait(child, &status);
	else
		tally_print(&tally, stdout);
	if (status)
		fprintf(stderr, "the writer of the log has failed\n");
	return status ? STATUS_WRONG : 0;
}
