/*
 * name: sysv-members
 * mechanism: shm-sysv
 * bug: none
 * about: sysv-members: three children join in a segment; who leaves as the last one
 *	removes it, and who that is the kernel knows, also of those that were killed
 */
/* A twin with a bug includes this file: sysv-members-count. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/shm.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"
#include "lib/worker.h"

#define MEMBERS 3

struct segment {
	uint32_t members, visits;
};

STEP void visit(struct segment *segment)
{
	segment->visits++;
}

static void leave(int id, struct segment *segment)
{
#ifdef BUG_COUNT
	bool is_last = --segment->members == 0;
#else
	struct shmid_ds ds;
	bool is_last = shmctl(id, IPC_STAT, &ds) == 0 && ds.shm_nattch == 1;
#endif
	shmdt(segment);
	if (is_last)
		shmctl(id, IPC_RMID, NULL);
}

static struct segment *join(int id)
{
	struct segment *segment = shmat(id, NULL, 0);

	if (segment == (void *)-1)
		die("shmat");
	segment->members++;
	return segment;
}

/* One after the other: how they meet is not what this is about. */
int main(int argc, char **argv)
{
	struct segment *own;
	int id, status, result = 0;

	args_init(argc, argv);
	args_end();
	id = shmget(IPC_PRIVATE, sizeof(*own), IPC_CREAT | 0600);
	if (id < 0)
		die("shmget");
	own = join(id);
	for (unsigned i = 0; i < MEMBERS; i++) {
		pid_t child = make_child();

		if (child == 0) {
			struct segment *segment = join(id);

			shmdt(own);
			visit(segment);
			leave(id, segment);
			exit(0);
		}
		if (safe_wait(child, &status) < 0)
			die("wait");
		if (worker_judge("a member", status))
			result = STATUS_GONE;
	}
	printf("%u of %u visits\n", own->visits, MEMBERS);
	leave(id, own);
	return result;
}
