/*
 * name: pipe-relay-two-full
 * mechanism: pipe
 * bug: two processes writing to two full pipes
 * about: sends all records to a child and only then reads its answers
 * caught-as: deadlock hang
 */
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
	close(requests[0]);
	close(answers[1]);
	to = requests[1];
	from = answers[0];
	return pid;
}

/* First all requests, then all answers: fine as long as the pipes can hold them. */
static void exchange(unsigned records, struct tally *tally)
{
	struct record r;

	for (unsigned sent = 0; sent < records; sent++) {
		record_fill(&r, RECORD_DATA, 0, sent);
		if (safe_write(to, &r, sizeof(r)) < 0)
			break;
	}
	safe_close(&to);
	while (tally->ends == 0 && safe_read(from, &r, sizeof(r)) == sizeof(r))
		tally_add(tally, &r);
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	unsigned records;
	int status, result;
	pid_t pid;

	args_init(argc, argv);
	records = args_number("--records", 200);
	args_end();
	on_signal(SIGPIPE, SIG_IGN, 0);
	pid = start_worker();
	exchange(records, &tally);
	safe_close(&to);
	safe_close(&from);
	if (safe_wait(pid, &status) < 0)
		die("wait");
	tally_print(&tally, stdout);
	result = worker_judge("the worker", status);
	if (result == 0 && tally.records != records)
		result = STATUS_WRONG;
	return result;
}
