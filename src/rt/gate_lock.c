/* Mutexes, rwlocks and spin locks: the real ones, tried. */
#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "rt/gate.h"
#include "rt/raw.h"
#include "schedule/order.h"

REAL(int, pthread_mutex_lock, (pthread_mutex_t * m));
REAL(int, pthread_mutex_trylock, (pthread_mutex_t * m));
REAL(int, pthread_mutex_timedlock, (pthread_mutex_t * m, const struct timespec *limit));
REAL(int, pthread_mutex_clocklock,
     (pthread_mutex_t * m, clockid_t clock, const struct timespec *limit));
REAL(int, pthread_mutex_unlock, (pthread_mutex_t * m));
REAL(int, pthread_rwlock_rdlock, (pthread_rwlock_t * l));
REAL(int, pthread_rwlock_wrlock, (pthread_rwlock_t * l));
REAL(int, pthread_rwlock_tryrdlock, (pthread_rwlock_t * l));
REAL(int, pthread_rwlock_trywrlock, (pthread_rwlock_t * l));
REAL(int, pthread_rwlock_timedrdlock, (pthread_rwlock_t * l, const struct timespec *limit));
REAL(int, pthread_rwlock_timedwrlock, (pthread_rwlock_t * l, const struct timespec *limit));
REAL(int, pthread_rwlock_clockrdlock,
     (pthread_rwlock_t * l, clockid_t clock, const struct timespec *limit));
REAL(int, pthread_rwlock_clockwrlock,
     (pthread_rwlock_t * l, clockid_t clock, const struct timespec *limit));
REAL(int, pthread_rwlock_unlock, (pthread_rwlock_t * l));
REAL(int, pthread_spin_lock, (pthread_spinlock_t * l));
REAL(int, pthread_spin_trylock, (pthread_spinlock_t * l));
REAL(int, pthread_spin_unlock, (pthread_spinlock_t * l));

/* glibc's: kind PTHREAD_MUTEX_ERRORCHECK_NP in the low bits; it fails instead of waiting. */
static bool checks_for_own(const pthread_mutex_t *m)
{
	return (m->__data.__kind & 3) == PTHREAD_MUTEX_ERRORCHECK &&
	       m->__data.__owner == rt_self()->tid;
}

static uint32_t flow_of_thread(int tid)
{
	for (uint32_t i = 1; tid && i <= rt_control->flows_used; i++)
		if (rt_control->flows[i].tid == tid)
			return i;
	return 0;
}

/* Whose it was is behind its unlock that never came: its death. */
static void inherit(int rc)
{
	rt_note_locked(rc);
	for (uint32_t i = 1; rc == EOWNERDEAD && i <= rt_control->flows_used; i++)
		if (rt_control->flows[i].state == FLOW_DEAD)
			order_join(rt_control, rt_flow, i);
}

/* A loop around it waits as one that reads does. */
static int tried(const volatile void *lock, int rc, uint64_t place)
{
	rt_modified((uint64_t)lock, 0, rc != EBUSY, place);
	if (rc != EBUSY)
		rt_acquired(rt_key(lock));
	inherit(rc);
	return rc;
}

/*
 * A thread's flow has ended a moment before the kernel marks the robust locks
 * that it leaves behind; so many looks are enough for that.
 */
#define LOOKS 1000

static int try_mutex(pthread_mutex_t *m)
{
	int rc = __real_pthread_mutex_trylock(m), owner = m->__data.__owner;
	uint32_t flow = rc == EBUSY ? flow_of_thread(owner) : 0;

	if (!flow || rt_control->flows[flow].state != FLOW_ENDED)
		return rc;
	for (unsigned i = 0; i < LOOKS && rc == EBUSY; i++) {
		if (raw3(SYS_tgkill, rt_control->flows[flow].pid, owner, 0) < 0)
			i = LOOKS;
		raw3(SYS_sched_yield, 0, 0, 0);
		rc = __real_pthread_mutex_trylock(m);
	}
	return rc;
}

static int lock_until(pthread_mutex_t *m, uint64_t until_ns)
{
	int rc;

	while ((rc = try_mutex(m)) == EBUSY) {
		if (checks_for_own(m))
			return EDEADLK;
		rt_self()->owner = flow_of_thread(m->__data.__owner);
		if (!rt_block(rt_key(m), until_ns))
			return ETIMEDOUT;
	}
	rt_self()->owner = 0;
	inherit(rc);
	rt_acquired(rt_key(m));
	rt_wrote();
	return rc;
}

int rt_mutex_lock_until(pthread_mutex_t *m, uint64_t until_ns, uint64_t place)
{
	rt_point(POINT_LOCK, (uint64_t)m, sizeof(*m), place);
	return lock_until(m, until_ns);
}

int rt_mutex_lock(pthread_mutex_t *m, uint64_t place)
{
	return rt_mutex_lock_until(m, RT_FOREVER, place);
}

int rt_mutex_trylock(pthread_mutex_t *m, uint64_t place)
{
	rt_point(POINT_LOCK, (uint64_t)m, sizeof(*m), place);
	return tried(m, try_mutex(m), place);
}

int rt_mutex_unlock(pthread_mutex_t *m, uint64_t place)
{
	int rc;

	rt_point(POINT_UNLOCK, (uint64_t)m, sizeof(*m), place);
	rt_note_unlock(m);
	rt_releases(rt_key(m));
	rc = __real_pthread_mutex_unlock(m);
	rt_wake(rt_key(m));
	return rc;
}

RT_EXPORT int __wrap_pthread_mutex_lock(pthread_mutex_t *m)
{
	return rt_is_scheduled() ? rt_mutex_lock(m, PLACE) : __real_pthread_mutex_lock(m);
}

RT_EXPORT int __wrap_pthread_mutex_timedlock(pthread_mutex_t *m, const struct timespec *limit)
{
	if (!rt_is_scheduled())
		return __real_pthread_mutex_timedlock(m, limit);
	return rt_mutex_lock_until(m, rt_until(limit, CLOCK_REALTIME), PLACE);
}

RT_EXPORT int __wrap_pthread_mutex_clocklock(pthread_mutex_t *m, clockid_t clock,
					     const struct timespec *limit)
{
	if (!rt_is_scheduled())
		return __real_pthread_mutex_clocklock(m, clock, limit);
	return rt_mutex_lock_until(m, rt_until(limit, clock), PLACE);
}

RT_EXPORT int __wrap_pthread_mutex_trylock(pthread_mutex_t *m)
{
	return rt_is_scheduled() ? rt_mutex_trylock(m, PLACE) : __real_pthread_mutex_trylock(m);
}

RT_EXPORT int __wrap_pthread_mutex_unlock(pthread_mutex_t *m)
{
	return rt_is_scheduled() ? rt_mutex_unlock(m, PLACE) : __real_pthread_mutex_unlock(m);
}

static int rwlock_until(pthread_rwlock_t *l, int (*try)(pthread_rwlock_t *l), uint64_t until_ns,
			uint64_t place)
{
	int rc;

	rt_point(POINT_LOCK, (uint64_t)l, sizeof(*l), place);
	while ((rc = try(l)) == EBUSY) {
		if (l->__data.__cur_writer == rt_self()->tid)
			return EDEADLK;
		if (!rt_block(rt_key(l), until_ns))
			return ETIMEDOUT;
	}
	rt_acquired(rt_key(l));
	rt_wrote();
	return rc;
}

RT_EXPORT int __wrap_pthread_rwlock_tryrdlock(pthread_rwlock_t *l)
{
	if (!rt_is_scheduled())
		return __real_pthread_rwlock_tryrdlock(l);
	rt_point(POINT_LOCK, (uint64_t)l, sizeof(*l), PLACE);
	return tried(l, __real_pthread_rwlock_tryrdlock(l), PLACE);
}

RT_EXPORT int __wrap_pthread_rwlock_trywrlock(pthread_rwlock_t *l)
{
	if (!rt_is_scheduled())
		return __real_pthread_rwlock_trywrlock(l);
	rt_point(POINT_LOCK, (uint64_t)l, sizeof(*l), PLACE);
	return tried(l, __real_pthread_rwlock_trywrlock(l), PLACE);
}

RT_EXPORT int __wrap_pthread_spin_trylock(pthread_spinlock_t *l)
{
	if (!rt_is_scheduled())
		return __real_pthread_spin_trylock(l);
	rt_point(POINT_LOCK, (uint64_t)l, sizeof(*l), PLACE);
	return tried(l, __real_pthread_spin_trylock(l), PLACE);
}

#define RWLOCK(kind)                                                                               \
	RT_EXPORT int __wrap_pthread_rwlock_##kind##lock(pthread_rwlock_t *l)                      \
	{                                                                                          \
		if (!rt_is_scheduled())                                                            \
			return __real_pthread_rwlock_##kind##lock(l);                              \
		return rwlock_until(l, __real_pthread_rwlock_try##kind##lock, RT_FOREVER, PLACE);  \
	}                                                                                          \
	RT_EXPORT int __wrap_pthread_rwlock_timed##kind##lock(pthread_rwlock_t *l,                 \
							      const struct timespec *limit)        \
	{                                                                                          \
		if (!rt_is_scheduled())                                                            \
			return __real_pthread_rwlock_timed##kind##lock(l, limit);                  \
		return rwlock_until(l, __real_pthread_rwlock_try##kind##lock,                      \
				    rt_until(limit, CLOCK_REALTIME), PLACE);                       \
	}                                                                                          \
	RT_EXPORT int __wrap_pthread_rwlock_clock##kind##lock(                                     \
		pthread_rwlock_t *l, clockid_t clock, const struct timespec *limit)                \
	{                                                                                          \
		if (!rt_is_scheduled())                                                            \
			return __real_pthread_rwlock_clock##kind##lock(l, clock, limit);           \
		return rwlock_until(l, __real_pthread_rwlock_try##kind##lock,                      \
				    rt_until(limit, clock), PLACE);                                \
	}

RWLOCK(rd)
RWLOCK(wr)

RT_EXPORT int __wrap_pthread_rwlock_unlock(pthread_rwlock_t *l)
{
	int rc;

	if (!rt_is_scheduled())
		return __real_pthread_rwlock_unlock(l);
	rt_point(POINT_UNLOCK, (uint64_t)l, sizeof(*l), PLACE);
	rt_releases(rt_key(l));
	rc = __real_pthread_rwlock_unlock(l);
	rt_wake(rt_key(l));
	return rc;
}

RT_EXPORT int __wrap_pthread_spin_lock(pthread_spinlock_t *l)
{
	int rc;

	if (!rt_is_scheduled())
		return __real_pthread_spin_lock(l);
	rt_point(POINT_LOCK, (uint64_t)l, sizeof(*l), PLACE);
	while ((rc = __real_pthread_spin_trylock(l)) == EBUSY)
		rt_block(rt_key(l), RT_FOREVER);
	rt_acquired(rt_key(l));
	rt_wrote();
	return rc;
}

RT_EXPORT int __wrap_pthread_spin_unlock(pthread_spinlock_t *l)
{
	int rc;

	if (!rt_is_scheduled())
		return __real_pthread_spin_unlock(l);
	rt_point(POINT_UNLOCK, (uint64_t)l, sizeof(*l), PLACE);
	rt_releases(rt_key(l));
	rc = __real_pthread_spin_unlock(l);
	rt_wake(rt_key(l));
	return rc;
}
