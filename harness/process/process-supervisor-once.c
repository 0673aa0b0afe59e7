/*
 * name: process-supervisor-once
 * mechanism: process
 * bug: dead child not replaced
 * about: four parts of a sum are computed by children; the part of a child that dies is
 *	left out
 * caught-as: wrong-exit wrong-output not-recovered
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/record.h"
#include "lib/safe.h"

#define PARTS 4

static int compute(int out, unsigned part)
{
	struct record r;
	int error;

	record_fill(&r, RECORD_DATA, part, 0);
	error = safe_write(out, &r, sizeof(r));
	safe_close(&out);
	return error ? STATUS_GONE : 0;
}

static void run_part(unsigned part, struct tally *tally)
{
	struct record r;
	int ends[2], status;
	pid_t pid;
	ssize_t n;

	make_pipe(ends);
	pid = make_child();
	if (pid == 0) {
		safe_close(&ends[0]);
		_exit(compute(ends[1], part));
	}
	safe_close(&ends[1]);
	n = safe_read(ends[0], &r, sizeof(r));
	safe_close(&ends[0]);
	if (safe_wait(pid, &status) < 0)
		die("wait");
	if (n != sizeof(r) || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return;
	tally_add(tally, &r);
}

int main(void)
{
	struct tally tally = {0};

	for (unsigned part = 0; part < PARTS; part++)
		run_part(part, &tally);
	tally_print(&tally, stdout);
	return 0;
}
