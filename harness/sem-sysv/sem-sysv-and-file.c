/*
 * name: sem-sysv-and-file
 * mechanism: sem-sysv
 * bug: none
 * about: sem-sysv-and-file PATH: two processes need the lock of a file and a semaphore; both
 *	take the lock first
 */
/* A twin with a bug includes this file: sem-sysv-and-file-order. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

static int set, file, to_peer, from_peer;

static int change(short by)
{
	struct sembuf op = {.sem_op = by, .sem_flg = SEM_UNDO};
	int rc;

	do
		rc = semop(set, &op, 1);
	while (rc < 0 && errno == EINTR);
	return rc;
}

static int lock(short type)
{
	struct flock whole = {.l_type = type, .l_whence = SEEK_SET};
	int rc;

	do
		rc = fcntl(file, F_SETLKW, &whole);
	while (rc < 0 && errno == EINTR);
	return rc;
}

/* Both have come so far. */
static void meet(void)
{
	char byte = 0;

	if (safe_write(to_peer, &byte, 1) < 0 || safe_read(from_peer, &byte, 1) != 1)
		exit(STATUS_GONE);
}

static int take_both(bool is_child)
{
#ifdef BUG_ORDER
	if ((is_child ? change(-1) : lock(F_WRLCK)) < 0)
		return -1;
	meet();
	return is_child ? lock(F_WRLCK) : change(-1);
#else
	(void)is_child;
	meet();
	return lock(F_WRLCK) < 0 ? -1 : change(-1);
#endif
}

static int one_of_two(bool is_child)
{
	if (take_both(is_child) < 0 || change(1) < 0 || lock(F_UNLCK) < 0)
		die("lock");
	return 0;
}

int main(int argc, char **argv)
{
	int there[2], back[2], status;
	const char *path;
	pid_t pid;

	args_init(argc, argv);
	path = args_operand();
	args_end();
	on_signal(SIGPIPE, SIG_IGN, 0);
	set = semget(IPC_PRIVATE, 1, 0600);
	file = safe_open(path, O_RDWR | O_CREAT, 0600);
	if (set < 0 || semctl(set, 0, SETVAL, 1) < 0 || file < 0)
		die(path);
	make_pipe(there);
	make_pipe(back);
	pid = make_child();
	to_peer = pid ? there[1] : back[1];
	from_peer = pid ? back[0] : there[0];
	safe_close(pid ? &there[0] : &there[1]);
	safe_close(pid ? &back[1] : &back[0]);
	one_of_two(pid == 0);
	if (pid == 0)
		return 0;
	if (safe_wait(pid, &status) < 0)
		die("wait");
	semctl(set, 0, IPC_RMID);
	puts(status ? "the child failed" : "both done");
	return status ? STATUS_WRONG : 0;
}
