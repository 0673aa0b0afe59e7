/*
 * graph-mutexes.c - threads and processes that wait for each other's mutexes, conditions,
 * semaphores and read-write locks
 *
 * graph-mutexes CASE: sets the case up and stays in it until it is killed.
 *
 * libs: -pthread
 */
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/cases.h"
#include "lib/group.h"

static int a[2], b[2]; /* pipes: who may go on */

static struct shared {
	pthread_mutex_t first, second;
	pthread_cond_t never;
	sem_t sem;
	pthread_rwlock_t rwlock;
} * shared;

static void make_mutexes(int pshared, int robust)
{
	pthread_mutexattr_t attr;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, pshared);
	pthread_mutexattr_setrobust(&attr, robust);
	pthread_mutex_init(&shared->first, &attr);
	pthread_mutex_init(&shared->second, &attr);
	pthread_cond_init(&shared->never, NULL);
	sem_init(&shared->sem, 1, 0);
}

/* Each has its first before any asks for its second. */
static void first_then_second(void)
{
	pthread_mutex_lock(&shared->first);
	tell(a[1]);
	ask(b[0]);
	pthread_mutex_lock(&shared->second);
}

static void second_then_first(void)
{
	pthread_mutex_lock(&shared->second);
	ask(a[0]);
	tell(b[1]);
	pthread_mutex_lock(&shared->first);
}

static void abba(void)
{
	make_mutexes(PTHREAD_PROCESS_SHARED, PTHREAD_MUTEX_STALLED);
	start(first_then_second);
	start(second_then_first);
	wait_for_all();
}

static void abba_robust(void)
{
	make_mutexes(PTHREAD_PROCESS_SHARED, PTHREAD_MUTEX_ROBUST);
	start(first_then_second);
	start(second_then_first);
	wait_for_all();
}

static void *thread_first(void *arg)
{
	first_then_second();
	return arg;
}

static void *thread_second(void *arg)
{
	second_then_first();
	return arg;
}

static void abba_threads(void)
{
	pthread_t one, two;

	make_mutexes(PTHREAD_PROCESS_PRIVATE, PTHREAD_MUTEX_STALLED);
	pthread_create(&one, NULL, thread_first, NULL);
	pthread_create(&two, NULL, thread_second, NULL);
	pthread_join(one, NULL);
}

static void second_then_first_timed(void)
{
	struct timespec time;

	pthread_mutex_lock(&shared->second);
	ask(a[0]);
	tell(b[1]);
	clock_gettime(CLOCK_REALTIME, &time);
	time.tv_sec += 1000;
	pthread_mutex_timedlock(&shared->first, &time);
}

static void abba_timed(void)
{
	make_mutexes(PTHREAD_PROCESS_SHARED, PTHREAD_MUTEX_STALLED);
	start(first_then_second);
	start(second_then_first_timed);
	wait_for_all();
}

static void self_lock(void)
{
	make_mutexes(PTHREAD_PROCESS_PRIVATE, PTHREAD_MUTEX_STALLED);
	pthread_mutex_lock(&shared->first);
	pthread_mutex_lock(&shared->first);
}

static void *wait_for_condition(void *arg)
{
	pthread_mutex_lock(&shared->first);
	pthread_cond_wait(&shared->never, &shared->first);
	return arg;
}

static void condition_and_join(void)
{
	pthread_t thread;

	make_mutexes(PTHREAD_PROCESS_PRIVATE, PTHREAD_MUTEX_STALLED);
	pthread_create(&thread, NULL, wait_for_condition, NULL);
	pthread_join(thread, NULL);
}

static void condition_and_sleeper(void)
{
	pthread_t thread;

	make_mutexes(PTHREAD_PROCESS_PRIVATE, PTHREAD_MUTEX_STALLED);
	pthread_create(&thread, NULL, wait_for_condition, NULL);
	sleep_long();
}

static void sem_sleeper(void)
{
	sleep_long();
}

static void sem_with_sharer(void)
{
	make_mutexes(PTHREAD_PROCESS_SHARED, PTHREAD_MUTEX_STALLED);
	start(sem_sleeper);
	sem_wait(&shared->sem);
}

static void sem_without_sharer(void)
{
	start(sem_sleeper); /* maps nothing of it */
	make_mutexes(PTHREAD_PROCESS_SHARED, PTHREAD_MUTEX_STALLED);
	sem_wait(&shared->sem);
}

/* The holder is gone before anybody asks; another process could reach the word. */
static void lock_first(void)
{
	pthread_mutex_lock(&shared->first);
}

static void dead_mutex_owner(void)
{
	make_mutexes(PTHREAD_PROCESS_SHARED, PTHREAD_MUTEX_STALLED);
	waitpid(start(lock_first), NULL, 0);
	start(sem_sleeper);
	pthread_mutex_lock(&shared->first);
}

/* Its list of robust mutexes cannot be read any more when it ends. */
static void lock_and_unmap(void)
{
	pthread_mutex_lock(&shared->first);
	munmap(shared, sizeof(*shared));
}

static void unmapped_robust_mutex(void)
{
	make_mutexes(PTHREAD_PROCESS_SHARED, PTHREAD_MUTEX_ROBUST);
	waitpid(start(lock_and_unmap), NULL, 0);
	start(sem_sleeper);
	pthread_mutex_lock(&shared->first);
}

static void write_lock(void)
{
	pthread_rwlock_wrlock(&shared->rwlock);
}

static void dead_rwlock_owner(int (*ask_for)(pthread_rwlock_t *))
{
	pthread_rwlockattr_t attr;

	make_mutexes(PTHREAD_PROCESS_SHARED, PTHREAD_MUTEX_STALLED);
	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_rwlock_init(&shared->rwlock, &attr);
	waitpid(start(write_lock), NULL, 0);
	start(sem_sleeper);
	ask_for(&shared->rwlock);
}

static void dead_rwlock_to_write(void)
{
	dead_rwlock_owner(pthread_rwlock_wrlock);
}

static void dead_rwlock_to_read(void)
{
	dead_rwlock_owner(pthread_rwlock_rdlock);
}

static void *lock_first_thread(void *arg)
{
	lock_first();
	return arg;
}

static void *sleeping_thread(void *arg)
{
	sleep_long();
	return arg;
}

/* Another thread of it may unlock what an ended one had locked; programs do. */
static void private_mutex_ended_thread(void)
{
	pthread_t thread;

	make_mutexes(PTHREAD_PROCESS_PRIVATE, PTHREAD_MUTEX_STALLED);
	pthread_create(&thread, NULL, lock_first_thread, NULL);
	pthread_join(thread, NULL);
	pthread_create(&thread, NULL, sleeping_thread, NULL);
	pthread_mutex_lock(&shared->first);
}

/* Who has not mapped it yet finds it by its name. */
static void named_sem_and_sleeper(void)
{
	char path[64];
	int fd;

	start(sem_sleeper);
	make_mutexes(PTHREAD_PROCESS_SHARED, PTHREAD_MUTEX_STALLED);
	snprintf(path, sizeof(path), "/tmp/graph-mutexes-x-%d", getpid());
	fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(*shared)))
		_exit(1);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	sem_init(&shared->sem, 1, 0);
	sem_wait(&shared->sem);
}

static const struct named_case cases[] = {
	{"abba", abba},
	{"abba-robust", abba_robust},
	{"abba-threads", abba_threads},
	{"abba-timed", abba_timed},
	{"self-lock", self_lock},
	{"condition-and-join", condition_and_join},
	{"condition-and-sleeper", condition_and_sleeper},
	{"sem-with-sharer", sem_with_sharer},
	{"sem-without-sharer", sem_without_sharer},
	{"dead-mutex-owner", dead_mutex_owner},
	{"unmapped-robust-mutex", unmapped_robust_mutex},
	{"dead-rwlock-to-write", dead_rwlock_to_write},
	{"dead-rwlock-to-read", dead_rwlock_to_read},
	{"private-mutex-ended-thread", private_mutex_ended_thread},
	{"named-sem-and-sleeper", named_sem_and_sleeper},
};

int main(int argc, char **argv)
{
	if (argc != 2 || pipe(a) || pipe(b))
		return 2;
	return run_case(cases, sizeof(cases) / sizeof(cases[0]), argv[1]);
}
