/*
 * stepped-cases.c - what may be killed, or signalled, in front of any instruction
 *
 * stepped-cases CASE: the child writes "pair" to shared memory in pair(), its parent looks whether
 * both are the same; in "locked" it does so under a robust mutex, after which the parent mends
 * it; in "spins" under a lock of its own, which the parent waits for; in "signal" the process
 * itself does it, and the handler of SIGUSR1 looks; "none" does nothing.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
	pthread_mutex_t mutex;
	volatile int lock, first, second;
} * shared;

__attribute__((noinline)) void pair(void)
{
	shared->first++;
	shared->second++;
}

static void locked(void)
{
	pthread_mutex_lock(&shared->mutex);
	pair();
	pthread_mutex_unlock(&shared->mutex);
}

static int look_locked(void)
{
	if (pthread_mutex_lock(&shared->mutex) == EOWNERDEAD) {
		shared->second = shared->first;
		pthread_mutex_consistent(&shared->mutex);
	}
	pthread_mutex_unlock(&shared->mutex);
	return shared->first != shared->second;
}

__attribute__((noinline)) void spins(void)
{
	while (__atomic_exchange_n(&shared->lock, 1, __ATOMIC_ACQUIRE))
		;
	__atomic_store_n(&shared->lock, 0, __ATOMIC_RELEASE);
}

static int look_spins(void)
{
	spins();
	return 0;
}

static int look(void)
{
	return shared->first != shared->second;
}

static void none(void)
{
}

static void on_signal(int number)
{
	(void)number;
	if (look())
		_exit(1);
}

static int in_itself(void)
{
	signal(SIGUSR1, on_signal);
	pair();
	return 0;
}

static void make(void)
{
	pthread_mutexattr_t attr;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&shared->mutex, &attr);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*child)(void);
		int (*parent)(void);
	} cases[] = {{"pair", pair, look},
		     {"locked", locked, look_locked},
		     {"spins", spins, look_spins},
		     {"none", none, look}};

	make();
	if (argc == 2 && strcmp(argv[1], "signal") == 0)
		return in_itself();
	for (size_t i = 0; argc == 2 && i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(argv[1], cases[i].name) != 0)
			continue;
		if (fork() == 0) {
			cases[i].child();
			_exit(0);
		}
		wait(NULL);
		return cases[i].parent();
	}
	return 2;
}
