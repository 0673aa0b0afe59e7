/*
 * frozen-cases.c - programs that would tell whether they start anew or are a copy
 *
 * frozen-cases CASE: prints what came of it.
 *
 * libs: -pthread
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/cases.h"
#include "lib/say.h"

/* A session leader that can be its own signal's target, as one that is executed. */
static void ids(void)
{
	say("%s", getsid(0) == getpid() && getpgrp() == getpid() ? "leader" : "member");
	say(" %s\n", syscall(SYS_gettid) == getpid() ? "first" : "thread");
}

static void on_signal(int signal)
{
	(void)signal;
	say("handled\n");
}

/* raise(3) and error-checking mutexes go by the id that the C library keeps. */
static void kept_id(void)
{
	pthread_mutexattr_t attr;
	pthread_mutex_t mutex;

	signal(SIGUSR1, on_signal);
	raise(SIGUSR1);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&mutex, &attr);
	pthread_mutex_lock(&mutex);
	say("%s\n", strerrorname_np(pthread_mutex_lock(&mutex)));
	say("%s\n", (pid_t)mutex.__data.__owner == getpid() ? "owner" : "another");
}

/* The kernel gives a robust mutex back when it knows the list of its owner. */
static void robust(void)
{
	pthread_mutex_t *mutex = mmap(NULL, sizeof(*mutex), PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(mutex, &attr);
	pthread_mutex_lock(mutex);
	if (fork() == 0)
		say("%s\n", strerrorname_np(pthread_mutex_lock(mutex)));
	_exit(0);
}

/* What it does to its standard descriptors is not for the next one. */
static void descriptors(void)
{
	char text[64];
	ssize_t n = read(0, text, sizeof(text));

	say("read %zd\n", n);
	say("flags %s\n", fcntl(1, F_GETFL) & O_NONBLOCK ? "nonblocking" : "as ever");
	say("lock %s\n", flock(1, LOCK_EX | LOCK_NB) ? strerrorname_np(errno) : "free");
	fcntl(1, F_SETFL, fcntl(1, F_GETFL) | O_NONBLOCK);
}

static int count;

/* Memory and a thread of its own. */
static void *add(void *arg)
{
	count++;
	return arg;
}

static void memory(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, add, NULL);
	pthread_join(thread, NULL);
	say("count %d\n", count);
}

static const struct named_case cases[] = {
	{"ids", ids},	    {"kept-id", kept_id}, {"robust", robust}, {"descriptors", descriptors},
	{"memory", memory},
};

int main(int argc, char **argv)
{
	return run_case(cases, sizeof(cases) / sizeof(cases[0]), argc > 1 ? argv[1] : NULL);
}
