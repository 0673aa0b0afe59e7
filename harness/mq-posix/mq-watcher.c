/*
 * name: mq-watcher
 * mechanism: mq-posix
 * bug: none
 * about: is told of messages by mq_notify and takes all that are there; asks anew before it
 *	looks, since a notification comes once and only for an empty queue; where it cannot ask, it
 *	waits at the queue
 */
/* Twins with a bug include this file: mq-watcher-once, mq-watcher-late, mq-watcher-deaf. */
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

static bool watch(mqd_t queue)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2};

	return mq_notify(queue, &event) == 0;
}

/* Takes what is there. */
static void drain(mqd_t queue, struct tally *tally)
{
	struct record r;

	while (mq_receive(queue, (char *)&r, sizeof(r), NULL) == sizeof(r))
		tally_add(tally, &r);
	if (errno != EAGAIN)
		die("mq_receive");
}

static void wait_for_signal(const sigset_t *set)
{
	while (sigwaitinfo(set, NULL) < 0)
		if (errno != EINTR)
			die("sigwaitinfo");
}

/* A queue that cannot be watched is waited at. */
static void wait_for_message(mqd_t queue, const sigset_t *set, bool watched)
{
	struct pollfd p = {.fd = queue, .events = POLLIN};

#ifdef BUG_DEAF
	watched = true;
#endif
	if (watched)
		wait_for_signal(set);
	else
		poll(&p, 1, -1);
}

static void receive_all(mqd_t queue, const sigset_t *set, struct tally *tally, unsigned senders)
{
#ifdef BUG_ONCE
	bool watched = watch(queue);
#endif
	for (;;) {
#if defined(BUG_ONCE)
		drain(queue, tally);
#elif defined(BUG_LATE)
		bool watched;

		drain(queue, tally);
		watched = watch(queue);
#else
		bool watched = watch(queue);

		drain(queue, tally);
#endif
		if (tally->ends >= senders)
			return;
		wait_for_message(queue, set, watched);
	}
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	unsigned senders;
	sigset_t set;
	mqd_t queue;

	args_init(argc, argv);
	senders = args_number("--senders", 1);
	queue = mq_open(args_operand(), O_RDONLY | O_NONBLOCK);
	args_end();
	if (queue < 0)
		die("mq_open");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	receive_all(queue, &set, &tally, senders);
	tally_print(&tally, stdout);
	return tally_is_clean(&tally) ? 0 : STATUS_WRONG;
}
