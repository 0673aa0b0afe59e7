/*
 * name: sem-lock
 * mechanism: sem-posix
 * bug: none
 * about: sem-lock: a process takes a semaphore and gives it back; whoever comes after it waits for
 *	it so long and no longer
 */
/* A twin with a bug includes this file: sem-lock-patient. */
#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/safe.h"
#include "lib/shared.h"

#define LIMIT_MS 20

static int take(sem_t *sem)
{
#ifdef BUG_PATIENT
	return sem_wait(sem);
#else
	const struct timespec limit = time_limit(LIMIT_MS);

	return sem_timedwait(sem, &limit);
#endif
}

int main(void)
{
	sem_t *sem = shared_make(sizeof(*sem));

	sem_init(sem, 1, 1);
	if (make_child() == 0) {
		sem_wait(sem);
		sem_post(sem);
		_exit(0);
	}
	wait_for_children(NULL);
	if (take(sem)) {
		puts("the lock is lost");
		return STATUS_NOBODY;
	}
	sem_post(sem);
	puts("it has the lock");
	return 0;
}
