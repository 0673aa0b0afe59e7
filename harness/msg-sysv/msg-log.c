/*
 * name: msg-log
 * mechanism: msg-sysv
 * bug: none
 * about: hands records to a child through a queue; where it gets no queue it takes them down
 *	itself
 */
/* A twin with a bug includes this file: msg-log-unchecked. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/args.h"
#include "msg-sysv/message.h"

static struct tally tally;

static _Noreturn void take_down(int queue)
{
	struct message m;

	while (!tally.ends && msgrcv(queue, &m, sizeof(m.record), 0, 0) >= 0)
		tally_add(&tally, &m.record);
	tally_print(&tally, stdout);
	exit(0);
}

static int make_queue(void)
{
	int queue = msgget(IPC_PRIVATE, 0600);

	if (queue < 0)
		fprintf(stderr, "no queue: %s\n", strerror(errno));
	return queue;
}

static bool send_record(int queue, const struct record *r)
{
	struct message m = {1, *r};

	while (msgsnd(queue, &m, sizeof(m.record), 0))
		if (errno != EINTR)
			return false;
	return true;
}

int main(int argc, char **argv)
{
	unsigned records;
	struct record r;
	pid_t child;
	int queue, status = 0;

	args_init(argc, argv);
	records = args_number("--records", 10);
	args_end();
	queue = make_queue();
#ifdef BUG_UNCHECKED
	child = make_child();
#else
	child = queue >= 0 ? make_child() : -1;
#endif
	if (child == 0)
		take_down(queue);
	for (unsigned seq = 0; seq <= records; seq++) {
		record_fill(&r, seq < records ? RECORD_DATA : RECORD_END, 0, seq);
#ifdef BUG_UNCHECKED
		send_record(queue, &r);
#else
		if (queue < 0 || !send_record(queue, &r))
			tally_add(&tally, &r);
#endif
	}
	if (child > 0)
		safe_wait(child, &status);
	else
		tally_print(&tally, stdout);
	msgctl(queue, IPC_RMID, NULL);
	if (status)
		fprintf(stderr, "the writer of the log has failed\n");
	return status ? STATUS_WRONG : 0;
}
