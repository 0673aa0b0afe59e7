/*
 * <threads.h>: in glibc and musl other names of what <pthread.h> has, with
 * other errors.
 */
#include <errno.h>
#include <threads.h>
#include <time.h>

#include "rt/gate.h"

REAL(int, mtx_lock, (mtx_t * m));
REAL(int, mtx_trylock, (mtx_t * m));
REAL(int, mtx_timedlock, (mtx_t * m, const struct timespec *limit));
REAL(int, mtx_unlock, (mtx_t * m));
REAL(int, cnd_wait, (cnd_t * c, mtx_t *m));
REAL(int, cnd_timedwait, (cnd_t * c, mtx_t *m, const struct timespec *limit));
REAL(int, cnd_signal, (cnd_t * c));
REAL(int, cnd_broadcast, (cnd_t * c));
REAL(int, thrd_create, (thrd_t * ret_thread, thrd_start_t start, void *arg));
REAL(int, thrd_join, (thrd_t thread, int *ret_value));
NO_RETURN REAL(void, thrd_exit, (int value));
REAL(void, thrd_yield, (void));
REAL(int, thrd_sleep, (const struct timespec *time, struct timespec *ret_rest));
REAL(void, call_once, (once_flag * flag, void (*routine)(void)));

int __wrap_sched_yield(void);
int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
			   struct timespec *ret_rest);
int __wrap_pthread_once(pthread_once_t *once, void (*routine)(void));
void __wrap_pthread_exit(void *value) NO_RETURN;

_Static_assert(sizeof(mtx_t) <= sizeof(pthread_mutex_t) && sizeof(cnd_t) <= sizeof(pthread_cond_t),
	       "they are the same");

static int answer(int rc)
{
	switch (rc) {
	case 0:
		return thrd_success;
	case EBUSY:
		return thrd_busy;
	case ETIMEDOUT:
		return thrd_timedout;
	case ENOMEM:
		return thrd_nomem;
	default:
		return thrd_error;
	}
}

static pthread_mutex_t *mutex_of(mtx_t *m)
{
	return (pthread_mutex_t *)(void *)m;
}

static pthread_cond_t *cond_of(cnd_t *c)
{
	return (pthread_cond_t *)(void *)c;
}

RT_EXPORT int __wrap_mtx_lock(mtx_t *m)
{
	return rt_is_scheduled() ? answer(rt_mutex_lock(mutex_of(m), PLACE)) : __real_mtx_lock(m);
}

RT_EXPORT int __wrap_mtx_trylock(mtx_t *m)
{
	return rt_is_scheduled() ? answer(rt_mutex_trylock(mutex_of(m), PLACE))
				 : __real_mtx_trylock(m);
}

RT_EXPORT int __wrap_mtx_timedlock(mtx_t *m, const struct timespec *limit)
{
	if (!rt_is_scheduled())
		return __real_mtx_timedlock(m, limit);
	return answer(rt_mutex_lock_until(mutex_of(m), rt_until(limit, CLOCK_REALTIME), PLACE));
}

RT_EXPORT int __wrap_mtx_unlock(mtx_t *m)
{
	return rt_is_scheduled() ? answer(rt_mutex_unlock(mutex_of(m), PLACE))
				 : __real_mtx_unlock(m);
}

RT_EXPORT int __wrap_cnd_wait(cnd_t *c, mtx_t *m)
{
	if (!rt_is_scheduled())
		return __real_cnd_wait(c, m);
	return answer(rt_cond_wait(cond_of(c), mutex_of(m), RT_FOREVER, PLACE));
}

RT_EXPORT int __wrap_cnd_timedwait(cnd_t *c, mtx_t *m, const struct timespec *limit)
{
	if (!rt_is_scheduled())
		return __real_cnd_timedwait(c, m, limit);
	return answer(
		rt_cond_wait(cond_of(c), mutex_of(m), rt_until(limit, CLOCK_REALTIME), PLACE));
}

RT_EXPORT int __wrap_cnd_signal(cnd_t *c)
{
	return rt_is_scheduled() ? rt_cond_wake(cond_of(c), false, PLACE) : __real_cnd_signal(c);
}

RT_EXPORT int __wrap_cnd_broadcast(cnd_t *c)
{
	return rt_is_scheduled() ? rt_cond_wake(cond_of(c), true, PLACE) : __real_cnd_broadcast(c);
}

static int run_thrd(void *flow)
{
	return (int)(intptr_t)rt_thread_run((uint32_t)(uintptr_t)flow);
}

/* Where the result is an int it is the lower half of the register. */
RT_EXPORT int __wrap_thrd_create(thrd_t *ret_thread, thrd_start_t start, void *arg)
{
	uint32_t flow;
	int rc;

	if (!rt_is_scheduled())
		return __real_thrd_create(ret_thread, start, arg);
	flow = rt_thread_prepare((rt_start_fn *)(void *)start, arg, PLACE);
	rc = __real_thrd_create(ret_thread, run_thrd, (void *)(uintptr_t)flow);
	rt_thread_made(flow, rc == thrd_success ? (pthread_t *)ret_thread : NULL, PLACE);
	return rc;
}

RT_EXPORT int __wrap_thrd_join(thrd_t thread, int *ret_value)
{
	if (rt_is_scheduled())
		rt_thread_await((pthread_t)thread, RT_FOREVER, PLACE);
	return __real_thrd_join(thread, ret_value);
}

RT_EXPORT void __wrap_thrd_exit(int value)
{
	if (rt_is_scheduled())
		rt_thread_exits();
	__real_thrd_exit(value);
}

RT_EXPORT void __wrap_thrd_yield(void)
{
	__wrap_sched_yield();
}

RT_EXPORT int __wrap_thrd_sleep(const struct timespec *time, struct timespec *ret_rest)
{
	int rc;

	if (!rt_is_scheduled())
		return __real_thrd_sleep(time, ret_rest);
	rc = __wrap_clock_nanosleep(CLOCK_REALTIME, 0, time, ret_rest);
	return rc == 0 ? 0 : rc == EINTR ? -1 : -2;
}

RT_EXPORT void __wrap_call_once(once_flag *flag, void (*routine)(void))
{
	if (rt_is_scheduled())
		__wrap_pthread_once((pthread_once_t *)(void *)flag, routine);
	else
		__real_call_once(flag, routine);
}
