/*
 * name: process-spawner
 * mechanism: process
 * bug: none
 * about: each of five children sends a sum through a pipe of its own; one that fails is
 *	reported, and all are waited for
 */
/* Twins with a bug include this file: process-spawner-zombie. */
#include <stdio.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"
#include "lib/worker.h"

#define CHILDREN 5

struct child {
	pid_t pid;
	int from;
};

static int compute(int out, unsigned i)
{
	struct record r;
	int error;

	record_fill(&r, RECORD_DATA, i, 0);
	error = safe_write(out, &r, sizeof(r));
	safe_close(&out);
	return error ? STATUS_GONE : 0;
}

static struct child start(unsigned i)
{
	struct child c;
	int ends[2];

	make_pipe(ends);
	c.pid = make_child();
	if (c.pid == 0) {
		safe_close(&ends[0]);
		_exit(compute(ends[1], i));
	}
	safe_close(&ends[1]);
	c.from = ends[0];
	return c;
}

/* True when its result has come; the child is gone in any case. */
static bool collect(struct child *c, struct tally *tally)
{
	struct record r;
	ssize_t n = safe_read(c->from, &r, sizeof(r));
	int status;

	safe_close(&c->from);
#ifdef BUG_ZOMBIE
	if (n != sizeof(r)) {
		fprintf(stderr, "a child was killed by signal 9\n");
		return false;
	}
#endif
	if (safe_wait(c->pid, &status) < 0)
		die("wait");
#ifdef BUG_ZOMBIE
	if (worker_judge("a child", status))
#else
	if (n != sizeof(r) || worker_judge("a child", status))
#endif
		return false;
	tally_add(tally, &r);
	return true;
}

int main(void)
{
	struct tally tally = {0};
	unsigned failed = 0;

	for (unsigned i = 0; i < CHILDREN; i++) {
		struct child c = start(i);

		failed += !collect(&c, &tally);
	}
	tally_print(&tally, stdout);
	printf("failed %u\n", failed);
	return failed ? STATUS_GONE : 0;
}
