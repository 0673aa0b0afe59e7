#include "sys/blocking.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

const struct blocking_case *blocking_case_get(size_t index)
{
	for (size_t i = 0; blocking_io_cases[i].name; i++, index--)
		if (index == 0)
			return &blocking_io_cases[i];
	for (size_t i = 0; blocking_wait_cases[i].name; i++, index--)
		if (index == 0)
			return &blocking_wait_cases[i];
	return NULL;
}

static void forget_objects(struct blocking *b)
{
	for (int i = 0; i < BLOCKING_FDS; i++)
		b->fds[i] = -1;
	b->message_queue = b->semaphore_set = -1;
	b->dir[0] = '\0';
	b->child = 0;
	b->aio = 0;
}

struct blocking *blocking_new(void)
{
	struct blocking *b =
		mmap(NULL, sizeof(*b), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (b == MAP_FAILED)
		return NULL;
	forget_objects(b);
	return b;
}

void blocking_free(struct blocking *b)
{
	if (b)
		munmap(b, sizeof(*b));
}

/* Initialised anew for each case: the last user may have died with them held. */
static void init_locks(struct blocking *b)
{
	pthread_barrierattr_t barrier;
	pthread_rwlockattr_t rwlock;
	pthread_mutexattr_t mutex;
	pthread_condattr_t cond;

	pthread_mutexattr_init(&mutex);
	pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&b->mutex, &mutex);
	pthread_mutexattr_destroy(&mutex);
	pthread_condattr_init(&cond);
	pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(&b->cond, &cond);
	pthread_condattr_destroy(&cond);
	pthread_rwlockattr_init(&rwlock);
	pthread_rwlockattr_setpshared(&rwlock, PTHREAD_PROCESS_SHARED);
	pthread_rwlock_init(&b->rwlock, &rwlock);
	pthread_rwlockattr_destroy(&rwlock);
	pthread_barrierattr_init(&barrier);
	pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&b->barrier, &barrier, 2);
	pthread_barrierattr_destroy(&barrier);
	sem_init(&b->semaphore, 1, 0);
	b->word = 0;
}

int blocking_prepare(struct blocking *b, const struct blocking_case *what)
{
	int rc;

	b->what = what;
	b->ready = b->done = b->hits = 0;
	b->result = 0;
	b->err = 0;
	b->sleeper = getpid();
	forget_objects(b);
	init_locks(b);
	rc = what->prepare ? what->prepare(b) : 0;
	if (rc) {
		b->result = -1;
		b->err = -rc;
		b->done = 1;
	}
	return rc;
}

void blocking_sleep(struct blocking *b)
{
	long result;
	int code;

	b->ready = 1;
	errno = 0;
	result = b->what->sleep(b);
	code = errno;
	b->result = result;
	b->err = result == -1 ? code : 0;
	b->done = 1;
}

bool blocking_path(struct blocking *b, const char *name, char *path, size_t size)
{
	const char *tmp = getenv("TMPDIR");

	if (!b->dir[0]) {
		char dir[sizeof(b->dir)];

		snprintf(dir, sizeof(dir), "%s/ipcfault-XXXXXX",
			 tmp && strlen(tmp) < sizeof(dir) / 2 ? tmp : "/tmp");
		if (!mkdtemp(dir))
			return false;
		memcpy(b->dir, dir, sizeof(dir));
	}
	snprintf(path, size, "%s/%s", b->dir, name);
	return true;
}

/* Only these names are ever made there. */
static void remove_dir(struct blocking *b)
{
	static const char *const names[] = {"fifo", "file"};
	char path[sizeof(b->dir) + 8];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", b->dir, names[i]);
		unlink(path);
	}
	rmdir(b->dir);
}

void blocking_remove_objects(struct blocking *b)
{
	if (b->message_queue >= 0)
		msgctl(b->message_queue, IPC_RMID, NULL);
	if (b->semaphore_set >= 0)
		semctl(b->semaphore_set, 0, IPC_RMID);
	if (b->dir[0])
		remove_dir(b);
	if (b->child > 0)
		kill(b->child, SIGKILL);
	forget_objects(b);
}

void blocking_release(struct blocking *b)
{
	pid_t child = b->child;

	for (int i = 0; i < BLOCKING_FDS; i++)
		if (b->fds[i] >= 0)
			close(b->fds[i]);
	blocking_remove_objects(b);
	if (child > 0)
		waitpid(child, NULL, 0);
}
