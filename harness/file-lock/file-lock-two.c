/*
 * name: file-lock-two
 * mechanism: file-lock
 * bug: none
 * about: file-lock-two PREFIX: two processes, each with the lock of a file of its own, then both
 *	need both files; they give back their own first and lock both in the same order
 */
/* Twins with a bug include this file: file-lock-two-order, -edeadlk. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file-lock/lock.h"
#include "lib/safe.h"

static enum lock_kind kind;
static int files[2], to_peer, from_peer;

/* Both have come so far. */
static void meet(void)
{
	char byte = 0;

	if (safe_write(to_peer, &byte, 1) < 0 || safe_read(from_peer, &byte, 1) != 1)
		exit(STATUS_GONE);
}

/* Each has its own already. */
static int lock_both(unsigned me)
{
#ifdef BUG_ORDER
	return lock_wait(files[!me], kind);
#else
	lock_release(files[me], kind);
	for (;;) {
		if (lock_wait(files[0], kind) < 0)
			return -1;
		if (lock_wait(files[1], kind) == 0)
			return 0;
#ifndef BUG_EDEADLK
		/* The kernel may see a circle where there is none, see fcntl(2). */
		if (errno == EDEADLK && lock_release(files[0], kind) == 0)
			continue;
#endif
		return -1;
	}
#endif
}

static int one_of_two(unsigned me)
{
	if (lock_wait(files[me], kind) < 0)
		die("lock");
	meet();
	if (lock_both(me) < 0)
		die("lock");
	lock_release(files[0], kind);
	lock_release(files[1], kind);
	return 0;
}

static void open_files(const char *prefix)
{
	char path[256];

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s.%d", prefix, i);
		files[i] = safe_open(path, O_RDWR | O_CREAT, 0600);
		if (files[i] < 0)
			die(path);
	}
}

int main(int argc, char **argv)
{
	int there[2], back[2], status, rc;
	const char *prefix;
	pid_t pid;

	args_init(argc, argv);
	kind = lock_kind_of_args();
	prefix = args_operand();
	args_end();
	on_signal(SIGPIPE, SIG_IGN, 0);
	make_pipe(there);
	make_pipe(back);
	pid = make_child();
	open_files(prefix); /* each its own, or flock would be one lock of both */
	to_peer = pid ? there[1] : back[1];
	from_peer = pid ? back[0] : there[0];
	safe_close(pid ? &there[0] : &there[1]);
	safe_close(pid ? &back[1] : &back[0]);
	rc = one_of_two(pid != 0);
	if (pid == 0)
		return rc;
	if (safe_wait(pid, &status) < 0)
		die("wait");
	puts(status ? "the child failed" : "both done");
	return status ? STATUS_WRONG : rc;
}
