/*
 * name: sysv-reader
 * mechanism: shm-sysv
 * bug: none
 * about: sysv-reader: a parent makes a segment, its child attaches it and reads it; what
 *	cannot be attached is reported
 */
/* Twins with a bug include this file: sysv-reader-blind, sysv-reader-write. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"
#include "lib/worker.h"

struct segment {
	uint32_t readers;
	char text[60];
};

#define FAILED ((void *)-1)

/* Who may not write may still read. */
static struct segment *attach(int id, bool *ret_writable)
{
	struct segment *segment = shmat(id, NULL, 0);

	*ret_writable = segment != FAILED;
	if (segment == FAILED && errno == EACCES)
		segment = shmat(id, NULL, SHM_RDONLY);
	return segment;
}

static int read_segment(int id)
{
	bool writable;
	struct segment *segment = attach(id, &writable);

#ifndef BUG_BLIND
	if (segment == FAILED) {
		fprintf(stderr, "shmat: %s\n", strerror(errno));
		return STATUS_NOBODY;
	}
#endif
#ifdef BUG_WRITE
	writable = true;
#endif
	if (writable)
		segment->readers++;
	printf("%s: %s\n", writable ? "reader" : "silent reader", segment->text);
	fflush(stdout);
	shmdt(segment);
	return 0;
}

int main(int argc, char **argv)
{
	struct segment *segment;
	pid_t child;
	int id, status;

	args_init(argc, argv);
	args_end();
	id = shmget(IPC_PRIVATE, sizeof(*segment), IPC_CREAT | 0600);
	if (id < 0)
		die("shmget");
	segment = shmat(id, NULL, 0);
	if (segment == FAILED)
		die("shmat");
	strcpy(segment->text, "hello");
	/* The child attaches anew: what a fork inherits could not fail. */
	child = make_child();
	if (child == 0) {
		shmdt(segment);
		_exit(read_segment(id));
	}
	if (safe_wait(child, &status) < 0)
		die("wait");
	shmctl(id, IPC_RMID, NULL);
	return worker_judge("the child", status);
}
