/*
 * name: pipe-pool
 * mechanism: pipe
 * bug: none
 * about: three children, each behind two pipes, answer in turn; each child closes what is
 *	not its own, so the end of a child is seen at once, and the others go on
 */
/* Twins with a bug include this file: pipe-pool-inherit. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"
#include "lib/worker.h"

#define WORKERS 3

static struct {
	pid_t pid;
	int requests[2], answers[2];
} pool[WORKERS];

#ifndef BUG_INHERIT
static void close_all_but(unsigned mine)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		safe_close(&pool[i].requests[1]);
		safe_close(&pool[i].answers[0]);
		if (i != mine) {
			safe_close(&pool[i].requests[0]);
			safe_close(&pool[i].answers[1]);
		}
	}
}

#endif
static void start_workers(void)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		make_pipe(pool[i].requests);
		make_pipe(pool[i].answers);
	}
	for (unsigned i = 0; i < WORKERS; i++) {
		pool[i].pid = make_child();
		if (pool[i].pid == 0) {
#ifdef BUG_INHERIT
			safe_close(&pool[i].requests[1]);
			safe_close(&pool[i].answers[0]);
#else
			close_all_but(i);
#endif
			_exit(worker_answer(pool[i].requests[0], pool[i].answers[1], i));
		}
	}
	for (unsigned i = 0; i < WORKERS; i++) {
		safe_close(&pool[i].requests[0]);
		safe_close(&pool[i].answers[1]);
	}
}

/* A worker that does not answer is left out from then on. */
static void ask(unsigned i, enum record_kind kind, unsigned seq, struct tally *tally)
{
	struct record r;

	if (pool[i].requests[1] < 0)
		return;
	record_fill(&r, kind, i, seq);
	if (safe_write(pool[i].requests[1], &r, sizeof(r)) == 0 &&
	    safe_read(pool[i].answers[0], &r, sizeof(r)) == sizeof(r))
		tally_add(tally, &r);
	else
		safe_close(&pool[i].requests[1]);
}

static int stop_worker(unsigned i)
{
	char who[32];
	int status;

	safe_close(&pool[i].requests[1]);
	safe_close(&pool[i].answers[0]);
	if (safe_wait(pool[i].pid, &status) < 0)
		die("wait");
	snprintf(who, sizeof(who), "worker %u", i + 1);
	return worker_judge(who, status);
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	unsigned records;
	int result = 0;

	args_init(argc, argv);
	records = args_number("--records", 60);
	args_end();
	on_signal(SIGPIPE, SIG_IGN, 0);
	start_workers();
	for (unsigned seq = 0; seq < records; seq++)
		ask(seq % WORKERS, RECORD_DATA, seq / WORKERS, &tally);
	for (unsigned i = 0; i < WORKERS; i++)
		ask(i, RECORD_END, records / WORKERS, &tally);
	for (unsigned i = 0; i < WORKERS; i++) {
		int worker = stop_worker(i);

		result = worker ? worker : result;
	}
	tally_print(&tally, stdout);
	return result;
}
