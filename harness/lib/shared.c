#include "lib/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/safe.h"

void *shared_make(size_t size)
{
	char name[40];
	void *memory;
	int fd;

	snprintf(name, sizeof(name), "/ipcfault-%d", getpid());
	fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		die("shm_open");
	shm_unlink(name);
	if (ftruncate(fd, (off_t)size))
		die("ftruncate");
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		die("mmap");
	close(fd);
	return memory;
}

void shared_mutex_init(pthread_mutex_t *mutex, int kind)
{
	pthread_mutexattr_t attr;

	errno = pthread_mutexattr_init(&attr);
	if (!errno)
		errno = pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	if (!errno && kind & MUTEX_ROBUST)
		errno = pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	if (!errno && kind & MUTEX_PI)
		errno = pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	if (!errno && kind & MUTEX_RECURSIVE)
		errno = pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	if (!errno)
		errno = pthread_mutex_init(mutex, &attr);
	if (errno)
		die("mutex");
	pthread_mutexattr_destroy(&attr);
}

int futex_wait(unsigned *word, unsigned expected)
{
	return (int)syscall(SYS_futex, word, FUTEX_WAIT, expected, NULL);
}

int futex_wait_ms(unsigned *word, unsigned expected, unsigned ms)
{
	const struct timespec limit = {ms / 1000, (long)(ms % 1000) * 1000000};

	return (int)syscall(SYS_futex, word, FUTEX_WAIT, expected, &limit);
}

void futex_wake_all(unsigned *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX);
}

void await_line(void)
{
	char c;

	while (safe_read_some(STDIN_FILENO, &c, 1) == 1 && c != '\n')
		;
}

int wait_for_children(unsigned *ret_killed)
{
	int status, worst = 0;
	unsigned killed = 0;

	while (safe_wait(-1, &status) > 0) {
		if (WIFSIGNALED(status))
			killed++;
		else if (WEXITSTATUS(status))
			worst = STATUS_WRONG;
	}
	if (ret_killed)
		*ret_killed = killed;
	return worst;
}

struct timespec time_limit(unsigned ms)
{
	struct timespec limit;

	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_nsec += (long)ms * 1000000;
	limit.tv_sec += limit.tv_nsec / 1000000000;
	limit.tv_nsec %= 1000000000;
	return limit;
}
