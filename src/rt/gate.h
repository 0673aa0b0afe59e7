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
/* Of a futex(2) that waits by @operation; NULL: RT_FOREVER. */
uint64_t rt_futex_limit(int operation, const struct timespec *limit);

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

/* In a scheduled run: pthread_mutex_lock() and its likes, called at @place. */
int rt_mutex_lock(pthread_mutex_t *m, uint64_t place);
int rt_mutex_lock_until(pthread_mutex_t *m, uint64_t until_ns, uint64_t place);
int rt_mutex_trylock(pthread_mutex_t *m, uint64_t place);
int rt_mutex_unlock(pthread_mutex_t *m, uint64_t place);
int rt_cond_wait(pthread_cond_t *c, pthread_mutex_t *m, uint64_t until_ns, uint64_t place);
int rt_cond_wake(pthread_cond_t *c, bool all, uint64_t place);

/*
 * No signal between the making of a thread or process and its first turn.
 * @ret_mask: what was blocked before.
 */
void rt_hold_signals(uint64_t *ret_mask);
void rt_allow_signals(const uint64_t *mask);

/*
 * A new thread: the flow, before; @thread NULL: it could not be made; in it,
 * what @start returns.  rt_thread_await(): false when @until_ns has come.
 */
typedef void *rt_start_fn(void *arg);
uint32_t rt_thread_prepare(rt_start_fn *start, void *arg, uint64_t place);
void rt_thread_made(uint32_t flow, const pthread_t *thread, uint64_t place);
void *rt_thread_run(uint32_t flow);
uint32_t rt_thread_flow(pthread_t thread); /* 0 = none of ours */
bool rt_thread_await(pthread_t thread, uint64_t until_ns, uint64_t place);
void rt_thread_exits(void);

/*
 * In front of a call on descriptor @fd, until poll() says so (@waits: unless
 * it must not wait): IO_REAL as it is, nobody waits there; IO_READY, to be
 * followed by rt_moved(); IO_FAILED: errno tells.
 */
enum rt_io { IO_REAL, IO_READY, IO_FAILED };
enum rt_io rt_await_fd(int fd, short events, bool waits, uint64_t place);
void rt_moved(void);
/* This process has given up record locks, or may have. */
void rt_records_changed(void);
/* Behind rt_block(): must the call end with EINTR?  @restarts: not for handlers with SA_RESTART. */
bool rt_must_end(bool restarts);

#endif
