/*
 * name: process-supervisor
 * mechanism: process
 * bug: none
 * about: four parts of a sum are computed by children; a child that dies is started again,
 *	up to three times
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/record.h"
#include "lib/safe.h"

#define PARTS	 4
#define ATTEMPTS 3

static int compute(int out, unsigned part)
{
	struct record r;
	int error;

	record_fill(&r, RECORD_DATA, part, 0);
	error = safe_write(out, &r, sizeof(r));
	safe_close(&out);
	return error ? STATUS_GONE : 0;
}

static bool run_part(unsigned part, struct tally *tally)
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
		return false;
	tally_add(tally, &r);
	return true;
}

static bool run_part_again(unsigned part, struct tally *tally)
{
	for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++)
		if (run_part(part, tally))
			return true;
	fprintf(stderr, "part %u failed\n", part);
	return false;
}

int main(void)
{
	struct tally tally = {0};
	unsigned failed = 0;

	for (unsigned part = 0; part < PARTS; part++)
		failed += !run_part_again(part, &tally);
	tally_print(&tally, stdout);
	return failed ? STATUS_GONE : 0;
}
