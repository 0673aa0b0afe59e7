/*
 * blocking_internal.h - between the files of blocking.h's cases.
 */
#ifndef SYS_BLOCKING_INTERNAL_H
#define SYS_BLOCKING_INTERNAL_H

#include "sys/blocking.h"

#define BLOCKING_PIPE_SIZE 65536
#define BLOCKING_LONG_S	   60 /* a time limit that is not reached */

/* Each ends with a row without a name. */
extern const struct blocking_case blocking_pipe_cases[], blocking_socket_cases[],
	blocking_wait_cases[], blocking_lock_cases[];

/* To read into and to write from. */
extern char blocking_bytes[2 * BLOCKING_PIPE_SIZE];

/*
 * In all cases of bytes the sleeper reads at fds[0], and writes to fds[1] or
 * is written to by it.
 */
void blocking_set_nonblocking(int fd, bool on);
int blocking_fill(int fd);
int blocking_make_pipe(struct blocking *b);
long blocking_sleep_read(struct blocking *b);
long blocking_sleep_readv(struct blocking *b);
long blocking_sleep_write(struct blocking *b);
long blocking_sleep_writev(struct blocking *b);
void blocking_wake_by_byte(struct blocking *b);
void blocking_wake_by_draining(struct blocking *b);

/* For functions that return their error: -1 with errno, or 0. */
long blocking_as_result(int code);

#endif
