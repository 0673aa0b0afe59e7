/*
 * Conditions, semaphores and barriers.
 *
 * A semaphore is the real one, tried.  Conditions and barriers cannot be
 * tried: who waits is known to the scheduler only, and all of a run's flows
 * are there.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include "rt/gate.h"

REAL(int, sem_wait, (sem_t * s));
REAL(int, sem_trywait, (sem_t * s));
REAL(int, sem_timedwait, (sem_t * s, const struct timespec *limit));
REAL(int, sem_clockwait, (sem_t * s, clockid_t clock, const struct timespec *limit));
REAL(int, sem_post, (sem_t * s));
REAL(int, pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t *m));
REAL(int, pthread_cond_timedwait,
     (pthread_cond_t * c, pthread_mutex_t *m, const struct timespec *limit));
REAL(int, pthread_cond_clockwait,
     (pthread_cond_t * c, pthread_mutex_t *m, clockid_t clock, const struct timespec *limit));
REAL(int, pthread_cond_signal, (pthread_cond_t * c));
REAL(int, pthread_cond_broadcast, (pthread_cond_t * c));
REAL(int, pthread_barrier_wait, (pthread_barrier_t * b));
int __real_pthread_mutex_unlock(pthread_mutex_t *m);

static int sem_until(sem_t *s, uint64_t until_ns, uint64_t place)
{
	int rc;

	rt_point(POINT_WAIT, (uint64_t)s, sizeof(*s), place);
	pthread_testcancel();
	while ((rc = __real_sem_trywait(s)) < 0 && errno == EAGAIN) {
		bool woken = rt_block(rt_key(s), until_ns);

		if (rt_must_end(true))
			return -1;
		pthread_testcancel();
		if (!woken) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
	rt_acquired(rt_key(s));
	rt_wrote();
	return rc;
}

RT_EXPORT int __wrap_sem_wait(sem_t *s)
{
	if (!rt_is_scheduled())
		return __real_sem_wait(s);
	return sem_until(s, RT_FOREVER, PLACE);
}

RT_EXPORT int __wrap_sem_timedwait(sem_t *s, const struct timespec *limit)
{
	if (!rt_is_scheduled())
		return __real_sem_timedwait(s, limit);
	return sem_until(s, rt_until(limit, CLOCK_REALTIME), PLACE);
}

RT_EXPORT int __wrap_sem_clockwait(sem_t *s, clockid_t clock, const struct timespec *limit)
{
	if (!rt_is_scheduled())
		return __real_sem_clockwait(s, clock, limit);
	return sem_until(s, rt_until(limit, clock), PLACE);
}

RT_EXPORT int __wrap_sem_trywait(sem_t *s)
{
	int rc;

	if (!rt_is_scheduled())
		return __real_sem_trywait(s);
	rt_point(POINT_WAIT, (uint64_t)s, sizeof(*s), PLACE);
	rc = __real_sem_trywait(s);
	rt_modified((uint64_t)s, 0, rc == 0, PLACE);
	if (rc == 0)
		rt_acquired(rt_key(s));
	return rc;
}

RT_EXPORT int __wrap_sem_post(sem_t *s)
{
	int rc;

	if (!rt_is_scheduled())
		return __real_sem_post(s);
	rt_point(POINT_WAKE, (uint64_t)s, sizeof(*s), PLACE);
	rt_releases(rt_key(s));
	rc = __real_sem_post(s);
	rt_wake(rt_key(s));
	return rc;
}

/* Cancelled, it has the mutex again in its clean-up handlers. */
int rt_cond_wait(pthread_cond_t *c, pthread_mutex_t *m, uint64_t until_ns, uint64_t place)
{
	bool woken;
	int rc;

	rt_point(POINT_WAIT, (uint64_t)c, sizeof(*c), place);
	pthread_testcancel();
	rt_releases(rt_key(m));
	rc = __real_pthread_mutex_unlock(m);
	if (rc)
		return rc;
	rt_wake(rt_key(m));
	woken = rt_await(rt_key(c), until_ns);
	rc = rt_mutex_lock(m, place);
	pthread_testcancel();
	return rc || woken ? rc : ETIMEDOUT;
}

int rt_cond_wake(pthread_cond_t *c, bool all, uint64_t place)
{
	rt_point(POINT_WAKE, (uint64_t)c, sizeof(*c), place);
	if (all)
		rt_wake(rt_key(c));
	else
		rt_wake_one(rt_key(c));
	return 0;
}

RT_EXPORT int __wrap_pthread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m)
{
	if (!rt_is_scheduled())
		return __real_pthread_cond_wait(c, m);
	return rt_cond_wait(c, m, RT_FOREVER, PLACE);
}

/* glibc's: bit 1 of __flags' group refs tells CLOCK_MONOTONIC (pthread_condattr_setclock). */
static int clock_of(const pthread_cond_t *c)
{
	return c->__data.__wrefs & 2 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

RT_EXPORT int __wrap_pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m,
					    const struct timespec *limit)
{
	if (!rt_is_scheduled())
		return __real_pthread_cond_timedwait(c, m, limit);
	return rt_cond_wait(c, m, rt_until(limit, clock_of(c)), PLACE);
}

RT_EXPORT int __wrap_pthread_cond_clockwait(pthread_cond_t *c, pthread_mutex_t *m, clockid_t clock,
					    const struct timespec *limit)
{
	if (!rt_is_scheduled())
		return __real_pthread_cond_clockwait(c, m, clock, limit);
	return rt_cond_wait(c, m, rt_until(limit, clock), PLACE);
}

RT_EXPORT int __wrap_pthread_cond_signal(pthread_cond_t *c)
{
	return rt_is_scheduled() ? rt_cond_wake(c, false, PLACE) : __real_pthread_cond_signal(c);
}

RT_EXPORT int __wrap_pthread_cond_broadcast(pthread_cond_t *c)
{
	return rt_is_scheduled() ? rt_cond_wake(c, true, PLACE) : __real_pthread_cond_broadcast(c);
}

/* glibc's struct pthread_barrier: in, current_round, count, shared, out. */
static unsigned barrier_count(const pthread_barrier_t *b)
{
	return ((const unsigned *)b)[2];
}

static unsigned barrier_waiting(uint64_t key)
{
	unsigned count = 0;

	for (uint32_t i = 1; i <= rt_control->flows_used; i++)
		count += rt_control->flows[i].waits == key ||
			 (rt_control->flows[i].state == FLOW_BLOCKED &&
			  rt_control->flows[i].key == key);
	return count;
}

RT_EXPORT int __wrap_pthread_barrier_wait(pthread_barrier_t *b)
{
	uint64_t key = rt_key(b);

	if (!rt_is_scheduled())
		return __real_pthread_barrier_wait(b);
	rt_point(POINT_WAIT, (uint64_t)b, sizeof(*b), PLACE);
	rt_releases(key);
	if (barrier_waiting(key) + 1 < barrier_count(b)) {
		rt_await(key, RT_FOREVER);
		rt_acquired(key);
		return 0;
	}
	rt_acquired(key);
	rt_wake(key);
	return PTHREAD_BARRIER_SERIAL_THREAD;
}
