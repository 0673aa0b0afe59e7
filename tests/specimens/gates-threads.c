/*
 * For tests/e2e/test-explore-gates.sh: gates-threads KIND: as gates.c, with threads.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static void check(int holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	exit(2);
}

static struct timespec in_a_second(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	time.tv_sec++;
	return time;
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, robust;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static sem_t semaphore;
static int ready, made;

/* Starts a thread of it, and goes on beside it. */
static pthread_t start(void *(*run)(void *arg))
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, run, NULL);
	check(errno == 0, "pthread_create");
	return thread;
}

static void *hold_rwlock(void *arg)
{
	pthread_rwlock_wrlock(&rwlock);
	ready++;
	pthread_rwlock_unlock(&rwlock);
	return arg;
}

static void wait_rwlock(void)
{
	pthread_t thread = start(hold_rwlock);
	struct timespec limit = in_a_second(CLOCK_REALTIME);

	limit.tv_sec += 1000;
	check(pthread_rwlock_timedwrlock(&rwlock, &limit) == 0, "timedwrlock");
	ready++;
	check(pthread_rwlock_timedrdlock(&rwlock, &limit) == EDEADLK, "a second time");
	pthread_rwlock_unlock(&rwlock);
	check(pthread_rwlock_clockrdlock(&rwlock, CLOCK_REALTIME, &limit) == 0, "clockrdlock");
	limit = in_a_second(CLOCK_REALTIME);
	check(pthread_rwlock_timedwrlock(&rwlock, &limit) != 0, "with a reader");
	pthread_rwlock_unlock(&rwlock);
	pthread_join(thread, NULL);
	check(ready == 2, "ready");
}

static void *be_ready(void *arg)
{
	pthread_mutex_lock(&mutex);
	ready = 1;
	pthread_cond_signal(&condition);
	pthread_mutex_unlock(&mutex);
	sem_post(&semaphore);
	return arg;
}

static void wait_clocks(void)
{
	struct timespec limit = in_a_second(CLOCK_MONOTONIC);
	pthread_t thread;

	sem_init(&semaphore, 0, 0);
	check(sem_clockwait(&semaphore, CLOCK_MONOTONIC, &limit) < 0 && errno == ETIMEDOUT,
	      "sem_clockwait");
	thread = start(be_ready);
	limit.tv_sec += 1000;
	check(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &limit) == 0, "clocklock");
	while (!ready)
		check(pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC, &limit) == 0,
		      "clockwait");
	pthread_mutex_unlock(&mutex);
	check(sem_clockwait(&semaphore, CLOCK_MONOTONIC, &limit) == 0, "sem_clockwait");
	pthread_join(thread, NULL);
}

static void make_it(void)
{
	made++;
	sched_yield();
	made++;
}

static void *need_it(void *arg)
{
	pthread_once(&once, make_it);
	check(made == 2, "made");
	return arg;
}

static void wait_once(void)
{
	pthread_t threads[2] = {start(need_it), start(need_it)};

	need_it(NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

static void *wait_a_while(void *arg)
{
	const struct timespec while_ = {100, 0};

	nanosleep(&while_, NULL);
	return arg;
}

static void wait_joins(void)
{
	struct timespec limit;
	pthread_t thread = start(wait_a_while);
	int rc;

	while ((rc = pthread_tryjoin_np(thread, NULL)) == EBUSY) {
		limit = in_a_second(CLOCK_REALTIME);
		rc = pthread_timedjoin_np(thread, NULL, &limit);
		if (rc != ETIMEDOUT)
			break;
	}
	check(rc == 0, "join");
}

static void *leave_locked(void *arg)
{
	pthread_mutex_lock(&robust);
	pthread_exit(arg);
}

/* By a thread that has ended, not by a process that has. */
static void wait_robust(void)
{
	pthread_mutexattr_t attr;
	pthread_t thread;
	int rc;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust, &attr);
	thread = start(leave_locked);
	rc = pthread_mutex_lock(&robust);
	if (rc == EOWNERDEAD)
		pthread_mutex_consistent(&robust);
	else
		check(rc == 0, "robust");
	pthread_mutex_unlock(&robust);
	pthread_join(thread, NULL);
}

static void clean_up(void *arg)
{
	(void)arg;
	made++;
	pthread_mutex_unlock(&mutex);
}

static void *wait_cancelled(void *arg)
{
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(clean_up, NULL);
	for (;;)
		pthread_cond_wait(&condition, &mutex);
	pthread_cleanup_pop(0);
	return arg;
}

static void cancel(void)
{
	pthread_t thread = start(wait_cancelled);
	void *value;

	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	check(pthread_cancel(thread) == 0, "pthread_cancel");
	check(pthread_join(thread, &value) == 0 && value == PTHREAD_CANCELED, "pthread_join");
	check(made <= 1, "made");
}

static void *go_on_alone(void *arg)
{
	make_it();
	exit(made != 2);
	return arg;
}

static void leave_main(void)
{
	start(go_on_alone);
	pthread_exit(NULL);
}

static mtx_t plain;
static cnd_t changed;
static once_flag flag = ONCE_FLAG_INIT;

static int run_c11(void *arg)
{
	call_once(&flag, make_it);
	mtx_lock(&plain);
	ready = made;
	cnd_signal(&changed);
	mtx_unlock(&plain);
	thrd_sleep(&(struct timespec){1, 0}, NULL);
	thrd_exit(arg ? 7 : 8);
}

static void wait_c11(void)
{
	struct timespec limit = in_a_second(CLOCK_REALTIME);
	thrd_t thread;
	int result;

	mtx_init(&plain, mtx_timed);
	cnd_init(&changed);
	mtx_lock(&plain);
	check(cnd_timedwait(&changed, &plain, &limit) == thrd_timedout, "cnd_timedwait");
	check(thrd_create(&thread, run_c11, &plain) == thrd_success, "thrd_create");
	while (!ready)
		cnd_wait(&changed, &plain);
	check(mtx_trylock(&plain) == thrd_busy, "mtx_trylock");
	mtx_unlock(&plain);
	call_once(&flag, make_it);
	check(thrd_join(thread, &result) == thrd_success && result == 7 && ready == 2, "thrd_join");
}

/* What is reused is another's no more. */
static void *use_and_free(void *arg)
{
	volatile int *mine = malloc(2000);

	for (int i = 0; i < 500; i += 50)
		mine[i] = i;
	free((void *)mine);
	return arg;
}

static void reuse(void)
{
	pthread_t thread;

	for (int i = 0; i < 3; i++) {
		thread = start(use_and_free);
		pthread_detach(thread);
		use_and_free(NULL);
	}
	pthread_exit(NULL);
}

static void *count_up(void *arg)
{
	pthread_mutex_lock(&mutex);
	ready++;
	pthread_mutex_unlock(&mutex);
	return arg;
}

/* The same address in two processes is not the same. */
static void count_apart(void)
{
	pthread_t thread = start(count_up);

	ready++;
	ready--;
	made++;
	pthread_join(thread, NULL);
}

static void count_in_both(void)
{
	pid_t child = fork();

	count_apart();
	if (child == 0)
		exit(0);
	check(waitpid(child, NULL, 0) == child, "waitpid");
}

static const struct kind {
	const char *name;
	void (*run)(void);
} kinds[] = {
	{"rwlock", wait_rwlock},    {"clocks", wait_clocks}, {"once", wait_once},
	{"joins", wait_joins},	    {"robust", wait_robust}, {"cancel", cancel},
	{"leave-main", leave_main}, {"c11", wait_c11},	     {"reuse", reuse},
	{"apart", count_in_both},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i].name, argv[1]) == 0) {
			kinds[i].run();
			return 0;
		}
	return 2;
}
