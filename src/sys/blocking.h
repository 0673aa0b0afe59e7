/*
 * blocking.h - a program's every way to sleep in a system call, as cases.
 *
 * Each case prepares its objects, sleeps in one call, and can be woken.  Two
 * users: restart_probe.c measures on the running kernel what signals do to
 * each, and tests/subjects/blocking.c does all of them in one program, which
 * must print the same when it is traced.
 *
 * The state lies in memory that the sleeper shares with whoever wakes it.
 */
#ifndef SYS_BLOCKING_H
#define SYS_BLOCKING_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define BLOCKING_FDS 6

struct blocking_case;

struct blocking {
	const struct blocking_case *what;
	/* Set by the user before blocking_prepare(). */
	uint64_t sleep_ns; /* of the cases that sleep for a time: they end by themselves */
	/* The sleeper's progress. */
	volatile int ready; /* prepared: the next sleep is the one */
	volatile int done;  /* the call has returned result and err */
	volatile int hits;  /* handlers that ran; counted by the user */
	long result;
	int err;
	/* Objects. */
	int fds[BLOCKING_FDS]; /* -1 = none */
	int message_queue, semaphore_set;
	char dir[64]; /* "" = none */
	pid_t sleeper, child;
	unsigned long aio;
	uint32_t word;
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	pthread_rwlock_t rwlock;
	pthread_barrier_t barrier;
	sem_t semaphore;
};

struct blocking_case {
	const char *name; /* "read-pipe" */
	/*
	 * The call of sys/syscalls.h that sleeps, and whether it has a time
	 * limit.  NULL: the library hides interruptions, or a part of the work
	 * is done, so that nothing can be said of the call.
	 */
	const char *call;
	bool timed;
	int (*prepare)(struct blocking *b); /* 0 or a negative errno; NULL = nothing to do */
	long (*sleep)(struct blocking *b);  /* -1 with errno, as a libc function */
	/* Called by another process once the sleeper sleeps; NULL = cannot be woken quickly. */
	void (*wake)(struct blocking *b);
};

/* All cases; NULL when @index is out of range. */
const struct blocking_case *blocking_case_get(size_t index);

/* Shared memory for one case at a time; NULL with errno. */
struct blocking *blocking_new(void);
void blocking_free(struct blocking *b);

/*
 * In the process that shall sleep.  blocking_sleep() sets result, err and
 * done; when prepare fails, err is set and done too.
 */
int blocking_prepare(struct blocking *b, const struct blocking_case *what);
void blocking_sleep(struct blocking *b);

/* Close and remove everything: in the process that prepared. */
void blocking_release(struct blocking *b);

/* Remove what outlives processes, after the one that prepared has died. */
void blocking_remove_objects(struct blocking *b);

/* A path in the case's own folder, which is made when first asked for; false with errno. */
bool blocking_path(struct blocking *b, const char *name, char *path, size_t size);

/* What SIGUSR2 means in all cases: the wake-up of those that wait for a signal. */
#define BLOCKING_WAKE_SIGNAL SIGUSR2

#endif
