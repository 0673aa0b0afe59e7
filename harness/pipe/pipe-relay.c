/*
 * name: pipe-relay
 * mechanism: pipe
 * bug: none
 * about: sends records to a child and collects its answers at the same time; a child that
 *	dies is reported, exit 3
 */
/* Twins with a bug include this file: pipe-relay-holds-end, pipe-relay-no-status. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"
#include "lib/worker.h"

static int to, from;

static pid_t start_worker(void)
{
	int requests[2], answers[2];
	pid_t pid;

	make_pipe(requests);
	make_pipe(answers);
	pid = make_child();
	if (pid == 0) {
		close(requests[1]);
		close(answers[0]);
		_exit(worker_answer(requests[0], answers[1], 0));
	}
#ifndef BUG_HOLDS_END
	close(requests[0]);
	close(answers[1]);
#endif
	to = requests[1];
	from = answers[0];
	return pid;
}

static void send_next(unsigned seq, unsigned records)
{
	struct record r;

	if (seq < records) {
		record_fill(&r, RECORD_DATA, 0, seq);
		if (safe_write(to, &r, sizeof(r)) == 0)
			return;
	}
	safe_close(&to);
}

/* Both directions at once: neither pipe can fill up and stop the other. */
static void exchange(unsigned records, struct tally *tally)
{
	unsigned sent = 0;
	struct record r;

	while (tally->ends == 0) {
		struct pollfd p[2] = {{.fd = from, .events = POLLIN},
				      {.fd = to, .events = POLLOUT}};

		if (poll(p, 2, -1) < 0 && errno != EINTR)
			die("poll");
		if (p[1].revents)
			send_next(sent++, records);
		if (p[0].revents == 0)
			continue;
		if (safe_read(from, &r, sizeof(r)) != sizeof(r))
			break;
		tally_add(tally, &r);
	}
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	unsigned records;
#ifndef BUG_NO_STATUS
	int status, result;
#endif
	pid_t pid;

	args_init(argc, argv);
	records = args_number("--records", 200);
	args_end();
	on_signal(SIGPIPE, SIG_IGN, 0);
	pid = start_worker();
	exchange(records, &tally);
	safe_close(&to);
	safe_close(&from);
#ifdef BUG_NO_STATUS
	if (safe_wait(pid, NULL) < 0)
#else
	if (safe_wait(pid, &status) < 0)
#endif
		die("wait");
	tally_print(&tally, stdout);
#ifdef BUG_NO_STATUS
	return 0;
#else
	result = worker_judge("the worker", status);
	if (result == 0 && tally.records != records)
		result = STATUS_WRONG;
	return result;
#endif
}
