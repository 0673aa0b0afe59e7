/*
 * child.h - a real process for a test to look at.
 *
 * Children die with the test.  Waiting is for a state, with a limit of 10 s
 * that fails the test.
 */
#ifndef TESTS_LIB_CHILD_H
#define TESTS_LIB_CHILD_H

#include <sys/types.h>

struct child {
	pid_t pid;
	int in;	 /* our end of its standard input */
	int out; /* and of its standard output */
};

/* Start SUBJECTS/@program, or @program itself if it has a slash, with @arg (NULL = none). */
struct child child_start(const char *program, const char *arg);
void child_kill(struct child *child);

/* Until the thread sleeps in a system call ('S' in stat, a number in syscall); returns its number.
 */
long child_wait_asleep(pid_t tid);
/* Until it sleeps in that one. */
void child_wait_call(pid_t tid, long nr);

/* Until its state in stat is that. */
void child_wait_state(pid_t tid, char state);
/* The number of the call that it is in now, asleep ('S' or 'D'); -1 = in none. */
long child_call(pid_t tid);

/* The tids of the process, at most @max; how many. */
size_t child_threads(pid_t pid, pid_t *tids, size_t max);
/* Its children's pids. */
size_t child_children(pid_t pid, pid_t *pids, size_t max);

#endif
