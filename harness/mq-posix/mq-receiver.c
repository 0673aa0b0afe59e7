/*
 * name: mq-receiver
 * mechanism: mq-posix
 * bug: none
 * about: receives records from a POSIX queue into a buffer of the queue's own message size,
 *	checks them and prints the tally
 */
/* Twins with a bug include this file: mq-receiver-no-eintr, mq-receiver-eagain, mq-receiver-fixed,
 * mq-receiver-credulous.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

/* mq_receive(3): the buffer must hold the longest message, however short this one is. */
static size_t message_size(mqd_t queue)
{
#ifdef BUG_FIXED
	(void)queue;
	return sizeof(struct record);
#else
	struct mq_attr attr;

	if (mq_getattr(queue, &attr))
		die("mq_getattr");
	return (size_t)attr.mq_msgsize;
#endif
}

/* Bytes, or -errno. */
static ssize_t receive(mqd_t queue, char *buffer, size_t size)
{
	for (;;) {
		ssize_t n = mq_receive(queue, buffer, size, NULL);

		if (n >= 0)
			return n;
#if defined(BUG_NO_EINTR) || defined(BUG_EAGAIN)
		return -errno;
#elif !defined(BUG_FIXED)
		if (errno == EAGAIN)
			poll(&(struct pollfd){.fd = queue, .events = POLLIN}, 1, -1);
		else if (errno != EINTR)
			return -errno;
#endif
	}
}

static int receive_all(mqd_t queue, struct tally *tally)
{
	size_t size = message_size(queue);
	char *buffer = malloc(size);
	ssize_t n = 0;

	while (buffer && !tally->ends) {
		struct record r = {0};

		n = receive(queue, buffer, size);
#ifdef BUG_EAGAIN
		if (n == -EAGAIN) { /* "the queue is empty: that was all" */
			n = 0;
			break;
		}
#endif
		if (n < 0)
			break;
		memcpy(&r, buffer, (size_t)n < sizeof(r) ? (size_t)n : sizeof(r));
		tally_add(tally, &r);
	}
	free(buffer);
	return n < 0 ? (int)n : 0;
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	mqd_t queue;
	int error;

	args_init(argc, argv);
	queue = mq_open(args_operand(), O_RDONLY);
	args_end();
	if (queue < 0)
		die("mq_open");
	on_signal(SIGUSR1, on_usr1, 0);
	error = receive_all(queue, &tally);
	tally_print(&tally, stdout);
	if (error) {
		fprintf(stderr, "mq_receive: %s\n", strerror(-error));
		return STATUS_WRONG;
	}
#ifdef BUG_CREDULOUS
	return 0;
#else
	return tally_is_clean(&tally) ? 0 : STATUS_WRONG;
#endif
}
