/*
 * Calls of shared libraries that `ipcfault cc` has not compiled, such as those
 * of the C++ library: --wrap does not reach them, but a program's function of
 * the same name does.  What the gates call __real_NAME comes here too, and goes
 * on to the library's own; where a call is from tells which of them it is.
 *
 * Not in programs without shared libraries: there --wrap is for all.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <time.h>

#include "rt/rt.h"

extern char etext[]; /* the linker */

/*
 * The runtime is linked behind the program, and the gates behind rt_attach().
 * The program itself calls __wrap_NAME; a library that ends with the call has
 * put the program's address there.
 */
static bool is_gate(const void *place)
{
	return (uint64_t)place - (uint64_t)rt_attach < (uint64_t)etext - (uint64_t)rt_attach;
}

#define INTERPOSE(type, name, args, call)                                                          \
	type __wrap_##name args;                                                                   \
	RT_EXPORT type name args;                                                                  \
	type name args                                                                             \
	{                                                                                          \
		static type(*next) args;                                                           \
                                                                                                   \
		if (!is_gate(__builtin_return_address(0)))                                         \
			return __wrap_##name call;                                                 \
		if (!__atomic_load_n(&next, __ATOMIC_RELAXED))                                     \
			__atomic_store_n(&next, (type(*) args)dlsym(RTLD_NEXT, #name),             \
					 __ATOMIC_RELAXED);                                        \
		return next call;                                                                  \
	}

typedef void *start_fn(void *arg);

INTERPOSE(int, pthread_create,
	  (pthread_t * ret_thread, const pthread_attr_t *attr, start_fn *start, void *arg),
	  (ret_thread, attr, start, arg))
INTERPOSE(int, pthread_join, (pthread_t thread, void **ret_value), (thread, ret_value))
INTERPOSE(int, pthread_once, (pthread_once_t * once, void (*routine)(void)), (once, routine))
INTERPOSE(int, pthread_mutex_lock, (pthread_mutex_t * m), (m))
INTERPOSE(int, pthread_mutex_trylock, (pthread_mutex_t * m), (m))
INTERPOSE(int, pthread_mutex_unlock, (pthread_mutex_t * m), (m))
INTERPOSE(int, pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l))
INTERPOSE(int, pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l))
INTERPOSE(int, pthread_rwlock_unlock, (pthread_rwlock_t * l), (l))
INTERPOSE(int, pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t *m), (c, m))
INTERPOSE(int, pthread_cond_timedwait,
	  (pthread_cond_t * c, pthread_mutex_t *m, const struct timespec *limit), (c, m, limit))
INTERPOSE(int, pthread_cond_clockwait,
	  (pthread_cond_t * c, pthread_mutex_t *m, clockid_t clock, const struct timespec *limit),
	  (c, m, clock, limit))
INTERPOSE(int, pthread_cond_signal, (pthread_cond_t * c), (c))
INTERPOSE(int, pthread_cond_broadcast, (pthread_cond_t * c), (c))
INTERPOSE(int, sem_wait, (sem_t * s), (s))
INTERPOSE(int, sem_post, (sem_t * s), (s))
INTERPOSE(int, nanosleep, (const struct timespec *time, struct timespec *ret_rest),
	  (time, ret_rest))
INTERPOSE(int, sched_yield, (void), ())
INTERPOSE(int, clock_gettime, (clockid_t clock, struct timespec *ret_time), (clock, ret_time))
INTERPOSE(long, syscall, (long number, long a, long b, long c, long d, long e, long f),
	  (number, a, b, c, d, e, f))

/* That of the C++ library's delete is one of them. */
typedef void free_fn(void *p);
RT_EXPORT free_fn __wrap_free, free;

void free(void *p)
{
	static free_fn *next;

	if (!is_gate(__builtin_return_address(0))) {
		__wrap_free(p);
		return;
	}
	if (!__atomic_load_n(&next, __ATOMIC_RELAXED))
		__atomic_store_n(&next, (free_fn *)dlsym(RTLD_NEXT, "free"), __ATOMIC_RELAXED);
	next(p);
}
