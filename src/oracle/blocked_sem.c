/*
 * System V semaphores: whoever knows the id may change them, so anybody can
 * end the wait.  The kernel tells who was the last to change one.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/sem.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "oracle/blocked_private.h"

#define OPERATIONS_MAX 500 /* SEMOPM */

union semun { /* semctl(2): the caller must define it */
	int val;
	struct semid_ds *buf;
	unsigned short *array;
};

/* Another IPC namespace has other objects of the same ids. */
static bool is_of_our_namespace(const struct wait *wait)
{
	struct stat own, theirs;
	char path[32];

	snprintf(path, sizeof(path), "%d/ns/ipc", wait->t->pid);
	return stat("/proc/self/ns/ipc", &own) == 0 &&
	       fstatat(wait->scanner->in->proc_fd, path, &theirs, 0) == 0 &&
	       own.st_ino == theirs.st_ino && own.st_dev == theirs.st_dev;
}

/* The values of the set, to be freed; NULL: not to be had. */
static unsigned short *read_values(int id, unsigned *ret_count)
{
	struct semid_ds set = {0};
	unsigned short *values;

	if (semctl(id, 0, IPC_STAT, (union semun){.buf = &set}) < 0)
		return NULL;
	values = mem_zalloc(set.sem_nsems * sizeof(*values));
	if (!values || semctl(id, 0, GETALL, (union semun){.array = values}) < 0) {
		free(values);
		return NULL;
	}
	*ret_count = (unsigned)set.sem_nsems;
	return values;
}

/* The first operation that cannot be done, as the kernel tries them in order; NULL: all can. */
static const struct sembuf *blocking_one(const struct sembuf *operations, size_t count,
					 unsigned short *values, unsigned value_count)
{
	for (size_t i = 0; i < count; i++) {
		const struct sembuf *op = &operations[i];
		int value;

		if (op->sem_num >= value_count)
			return NULL;
		value = values[op->sem_num] + op->sem_op;
		if (value < 0 || (op->sem_op == 0 && value))
			return op;
		values[op->sem_num] = (unsigned short)value;
	}
	return NULL;
}

/* "semaphore 0 of set 3, now 0, last changed by writer, which has ended" */
static void say_semaphore(struct wait *wait, int id, const struct sembuf *op)
{
	const struct blocked_input *in = wait->scanner->in;
	int value = semctl(id, op->sem_num, GETVAL), pid = semctl(id, op->sem_num, GETPID);
	size_t process = pid > 0 ? process_by_pid(wait->scanner, pid) : NO_PROCESS;
	const char *name = process != NO_PROCESS       ? wait->scanner->processes[process].in->name
			   : pid > 0 && in->ended_name ? in->ended_name(in->context, pid)
						       : NULL;

	wait_say(wait, "semaphore %u of set %d, now %d", op->sem_num, id, value);
	if (name)
		wait_say(wait, ", last changed by %s%s", name,
			 process == NO_PROCESS ? ", which has ended" : "");
	wait_add_anybody(wait, op->sem_op ? "it to be raised" : "it to become 0",
			 "nobody is left to do so");
}

static bool say_what_blocks(struct wait *wait)
{
	size_t count = (size_t)wait->t->args[2];
	int id = (int)wait->t->args[0];
	cleanup_free struct sembuf *operations = NULL;
	cleanup_free unsigned short *values = NULL;
	const struct sembuf *op;
	unsigned value_count = 0;

	if (!count || count > OPERATIONS_MAX || !is_of_our_namespace(wait))
		return false;
	operations = mem_zalloc(count * sizeof(*operations));
	if (!operations ||
	    !wait_read_memory(wait, wait->t->args[1], operations, count * sizeof(*operations)))
		return false;
	values = read_values(id, &value_count);
	op = values ? blocking_one(operations, count, values, value_count) : NULL;
	if (op)
		say_semaphore(wait, id, op);
	return op;
}

int wait_for_sysv_semaphore(struct wait *wait)
{
	if (say_what_blocks(wait))
		return 0;
	wait_say(wait, "set %d", (int)wait->t->args[0]);
	wait_add_anybody(wait, "another process to change a semaphore", "nobody is left to do so");
	return 0;
}
