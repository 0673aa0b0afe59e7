#include "sys/blocking_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"

const struct blocking_case *blocking_case_get(size_t index)
{
	static const struct blocking_case *const tables[] = {
		blocking_pipe_cases,
		blocking_socket_cases,
		blocking_wait_cases,
		blocking_lock_cases,
	};

	for (size_t t = 0; t < ARRAY_SIZE(tables); t++)
		for (const struct blocking_case *row = tables[t]; row->name; row++, index--)
			if (index == 0)
				return row;
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

/* --- what many cases have in common --- */

char blocking_bytes[2 * BLOCKING_PIPE_SIZE];

void blocking_set_nonblocking(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

int blocking_fill(int fd)
{
	blocking_set_nonblocking(fd, true);
	while (write(fd, blocking_bytes, BLOCKING_PIPE_SIZE) > 0 ||
	       write(fd, blocking_bytes, 1) > 0)
		;
	blocking_set_nonblocking(fd, false);
	return 0;
}

int blocking_make_pipe(struct blocking *b)
{
	return pipe2(b->fds, O_CLOEXEC) ? -errno : 0;
}

long blocking_sleep_read(struct blocking *b)
{
	return read(b->fds[0], blocking_bytes, 8);
}

long blocking_sleep_readv(struct blocking *b)
{
	struct iovec iov = {blocking_bytes, 1};

	return readv(b->fds[0], &iov, 1);
}

long blocking_sleep_write(struct blocking *b)
{
	return write(b->fds[1], blocking_bytes, 1);
}

long blocking_sleep_writev(struct blocking *b)
{
	struct iovec iov = {blocking_bytes, 1};

	return writev(b->fds[1], &iov, 1);
}

void blocking_wake_by_byte(struct blocking *b)
{
	while (write(b->fds[1], "x", 1) < 0 && errno == EINTR)
		;
}

void blocking_wake_by_draining(struct blocking *b)
{
	struct pollfd ready = {.fd = b->fds[0], .events = POLLIN};

	while (!b->done)
		if (poll(&ready, 1, 1) > 0 &&
		    read(b->fds[0], blocking_bytes, BLOCKING_PIPE_SIZE) <= 0)
			return;
}

long blocking_as_result(int code)
{
	errno = code;
	return code ? -1 : 0;
}
