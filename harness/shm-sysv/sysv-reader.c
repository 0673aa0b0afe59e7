/*
 * name: sysv-reader
 * mechanism: shm-sysv
 * bug: none
 * about: sysv-reader: a parent makes a segment, its child attaches it and reads the text in it once
 *	that is there; what cannot be attached or is damaged is reported
 */
/* Twins with a bug include this file: sysv-reader-blind, -write, -early, -once, -trusting. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"
#include "lib/shared.h"
#include "lib/worker.h"

struct segment {
	uint32_t readers, ready;
	uint32_t sum; /* of the text */
	char text[52];
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

STEP void fill(struct segment *segment)
{
	strcpy(segment->text, "hello");
	segment->sum = checksum(segment->text, sizeof(segment->text));
	store_release(&segment->ready, 1);
	futex_wake_all(&segment->ready);
}

/* A wait may end without a reason, or for a signal. */
static void await_text(struct segment *segment)
{
#if defined(BUG_EARLY)
	(void)segment;
#elif defined(BUG_ONCE)
	if (!load_acquire(&segment->ready))
		futex_wait(&segment->ready, 0);
#else
	while (!load_acquire(&segment->ready))
		futex_wait(&segment->ready, 0);
#endif
}

/* Who has made it holds it until we have read it. */
static bool has_writer(int id)
{
	struct shmid_ds ds;

	return shmctl(id, IPC_STAT, &ds) == 0 && ds.shm_nattch > 1;
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
	await_text(segment);
	if (!has_writer(id))
		fprintf(stderr, "the writer has gone\n");
	if (writable)
		segment->readers++;
#if !defined(BUG_TRUSTING) && !defined(BUG_EARLY) && !defined(BUG_ONCE)
	if (segment->sum != checksum(segment->text, sizeof(segment->text))) {
		fprintf(stderr, "the text is damaged\n");
		return STATUS_EARLY;
	}
#endif
	printf("%s: %s\n", writable ? "reader" : "silent reader", segment->text);
	shmdt(segment);
	return 0;
}

static void on_usr1(int sig)
{
	(void)sig;
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
	on_signal(SIGUSR1, on_usr1, 0);
	/* The child attaches anew: what a fork inherits could not fail. */
	child = make_child();
	if (child == 0) {
		shmdt(segment);
		exit(read_segment(id));
	}
	fill(segment);
	if (safe_wait(child, &status) < 0)
		die("wait");
	shmctl(id, IPC_RMID, NULL);
	return worker_judge("the child", status);
}
