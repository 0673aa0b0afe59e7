/*
 * safe.h - what every sound program here does around system calls: go on after
 * EINTR, finish short transfers, wait when a descriptor does not block.
 *
 * The safe_ functions return 0 (or a number of bytes, a descriptor, a process
 * id) or a negative errno.  Those that say "dies" end the program with status
 * 2: something is wrong that is not the subject of any scenario.  At its end a
 * program that could not write all of its standard output says so, with
 * status 1.
 */
#ifndef LIB_SAFE_H
#define LIB_SAFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Exit statuses that mean the same in all programs. */
enum {
	STATUS_WRONG = 1,  /* the job could not be done, or its data are not right */
	STATUS_USAGE = 2,  /* bad option, or die() */
	STATUS_GONE = 3,   /* the other side has gone; what was lost is reported */
	STATUS_EARLY = 4,  /* the input ended before its end */
	STATUS_NOBODY = 5, /* nobody there, or not in time */
};

int safe_write(int fd, const void *data, size_t len);

/* Fewer than @len bytes only at the end of the input. */
ssize_t safe_read(int fd, void *data, size_t len);

/* One read(2) of at most @len bytes; waits in poll(2) where it would not block. */
ssize_t safe_read_some(int fd, void *data, size_t len);

int safe_open(const char *path, int flags, mode_t mode);
int safe_wait(pid_t pid, int *ret_status);

/* Closes *@fd, if it is open, and forgets it. */
void safe_close(int *fd);

/* Close on exec; dies. */
void make_pipe(int ends[2]);

/* Flushes stdio first, so that nothing is printed twice; dies. */
pid_t make_child(void);

/* Has a child ended that is not waited for?  A SIGCHLD alone does not say so: anybody may send one.
 * For handlers: async-signal-safe, keeps errno. */
bool a_child_has_ended(void);

/*
 * For a parent and children that wait for each other where nothing tells of a death, as at a
 * semaphore or a queue.  When a child has died of a signal or failed, @told is called in a handler
 * (NULL: a message, and the parent ends with STATUS_GONE); children that are made from now on die
 * with their parent.
 */
void share_fate(void (*told)(void));

/* sigaction(2) with that handler and flags and an empty mask; dies. */
void on_signal(int sig, void (*handler)(int), int flags);

/* A message with strerror(errno), then exit(STATUS_USAGE). */
_Noreturn void die(const char *what);

/* Until standard input gives something or ends: so that a scenario can hold a program back. */
void wait_for_input(void);

/* Prints the line at once, then waits for input; dies. */
void say_and_wait(const char *line);

/* CLOCK_MONOTONIC in milliseconds. */
int64_t now_ms(void);

#endif
