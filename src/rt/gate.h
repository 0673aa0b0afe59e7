/*
 * gate.h - what the gates share: functions of the C library that can wait, or
 * that others can wait for.
 *
 * `ipcfault cc` links with --wrap=NAME: what the program calls NAME is
 * __wrap_NAME, and the library's own is __real_NAME.  A gate never does the
 * operation in another way than the library; it only tries it where it would
 * wait, and gives the turn away until trying again makes sense.
 */
#ifndef RT_GATE_H
#define RT_GATE_H

#include <pthread.h>

#include "rt/turn.h"

#define PLACE ((uint64_t)__builtin_return_address(0))

#define REAL(type, name, args)                                                                     \
	type __real_##name args;                                                                   \
	type __wrap_##name args

#define NO_RETURN __attribute__((noreturn))

/* A limit of the program's clock, in virtual time; RT_FOREVER for none. */
struct timespec;
uint64_t rt_until(const struct timespec *limit, int clock);
uint64_t rt_after(const struct timespec *time);

/* What a clock of the program shows now; each look takes a moment. */
uint64_t rt_read_clock(int clock);
bool rt_is_virtual(int clock); /* not one of used processor time */

/* A descriptor: can a call wait for it, and would one now (POLLIN, POLLOUT)? */
bool rt_fd_can_wait(int fd);
bool rt_fd_is_ready(int fd, short events);
bool rt_fd_is_nonblocking(int fd);

/* For rt_key(): something that the library has mapped there itself; 0 = nothing is known. */
uint64_t rt_named_key(uint64_t address);
void rt_named_add(uint64_t address);
void rt_named_check(uint64_t address); /* forgets it unless it is still there */

/* Robust mutexes: about to be unlocked; what the attempt to lock one came to. */
void rt_note_unlock(const pthread_mutex_t *m);
void rt_note_locked(int rc);

/* In a scheduled run: pthread_mutex_lock(), called at @place. */
int rt_mutex_lock(pthread_mutex_t *m, uint64_t place);

#endif
