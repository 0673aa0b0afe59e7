/*
 * name: mq-sender
 * mechanism: mq-posix
 * bug: none
 * about: sends records to a POSIX queue, and waits while it is full, whether the queue
 *	blocks or (--nonblock) does not
 */
/* Twins with a bug include this file: mq-sender-no-eintr, mq-sender-drop. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"

static volatile sig_atomic_t asked;

static void on_usr1(int sig)
{
	(void)sig;
	asked++;
}

#if defined(BUG_NO_EINTR)
static int send_record(mqd_t queue, const struct record *r)
{
	return mq_send(queue, (const char *)r, sizeof(*r), 0) ? -errno : 0;
}
#elif defined(BUG_DROP)
/* "A full queue means that nobody is interested." */
static int send_record(mqd_t queue, const struct record *r)
{
	if (mq_send(queue, (const char *)r, sizeof(*r), 0) && errno != EAGAIN && errno != EINTR)
		return -errno;
	return 0;
}
#else
static int send_record(mqd_t queue, const struct record *r)
{
	struct pollfd p = {.fd = queue, .events = POLLOUT};

	while (mq_send(queue, (const char *)r, sizeof(*r), 0)) {
		if (errno == EAGAIN)
			poll(&p, 1, -1);
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}
#endif

static int send_all(mqd_t queue, unsigned records, unsigned writer)
{
	struct record r;
	int error = 0;

	for (unsigned seq = 0; !error && seq <= records; seq++) {
		record_fill(&r, seq < records ? RECORD_DATA : RECORD_END, writer, seq);
		error = send_record(queue, &r);
	}
	return error;
}

int main(int argc, char **argv)
{
	unsigned records, writer;
	int flags = O_WRONLY, error;
	mqd_t queue;

	args_init(argc, argv);
	records = args_number("--records", 20);
	writer = args_number("--writer", 0);
	if (args_flag("--nonblock"))
		flags |= O_NONBLOCK;
	queue = mq_open(args_operand(), flags);
	args_end();
	if (queue < 0)
		die("mq_open");
	on_signal(SIGUSR1, on_usr1, 0);
	error = send_all(queue, records, writer);
	if (error) {
		fprintf(stderr, "mq_send: %s\n", strerror(-error));
		return STATUS_WRONG;
	}
	mq_close(queue);
	return 0;
}
