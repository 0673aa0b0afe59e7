/* Threads. */
#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "rt/gate.h"
#include "rt/raw.h"
#include "schedule/order.h"

REAL(int, pthread_create,
     (pthread_t * ret_thread, const pthread_attr_t *attr, rt_start_fn *start, void *arg));
REAL(int, pthread_join, (pthread_t thread, void **ret_value));
REAL(int, pthread_tryjoin_np, (pthread_t thread, void **ret_value));
REAL(int, pthread_timedjoin_np, (pthread_t thread, void **ret_value, const struct timespec *limit));
REAL(int, pthread_clockjoin_np,
     (pthread_t thread, void **ret_value, clockid_t clock, const struct timespec *limit));
NO_RETURN REAL(void, pthread_exit, (void *value));
REAL(int, pthread_cancel, (pthread_t thread));
REAL(int, pthread_once, (pthread_once_t * once, void (*routine)(void)));

/* What pthread_t a flow has: found again by pthread_join(). */
static struct {
	pthread_t thread;
	uint32_t flow;
	rt_start_fn *start;
	void *arg;
	uint64_t mask;
} threads[CONTROL_FLOWS + 1];

/* Of any address: they share all memory. */
static void watch_all(void)
{
	rt_variables.start = 0;
	rt_variables.size = UINT64_MAX;
}

/*
 * However it ends, by return, pthread_exit() or pthread_cancel(): behind its
 * own clean-up handlers, and nearly all that the program has for its keys.
 */
#define ROUNDS 4 /* of destructors, in glibc and musl */
static pthread_key_t ending;
static __thread unsigned rounds __attribute__((tls_model("initial-exec")));

static void end_thread(void *flow)
{
	if (++rounds < ROUNDS && pthread_setspecific(ending, flow) == 0)
		return;
	if (rt_is_scheduled())
		rt_end_flow();
}

void rt_thread_exits(void)
{
	static bool is_made;

	if (!is_made && pthread_key_create(&ending, end_thread))
		return;
	is_made = true;
	pthread_setspecific(ending, &threads[rt_flow]);
}

/* Its stack was another's, who has ended before it could be. */
static void follow_owner_of_stack(uint32_t flow)
{
	pthread_t self = pthread_self();

	for (uint32_t i = 1; i <= CONTROL_FLOWS; i++)
		if (i != flow && threads[i].flow && threads[i].thread == self &&
		    rt_control->flows[i].pid == rt_self()->pid)
			order_join(rt_control, flow, i);
}

void *rt_thread_run(uint32_t flow)
{
	rt_begin(flow);
	follow_owner_of_stack(flow);
	rt_allow_signals(&threads[flow].mask);
	rt_thread_exits();
	return threads[flow].start(threads[flow].arg);
}

uint32_t rt_thread_prepare(rt_start_fn *start, void *arg, uint64_t place)
{
	uint32_t flow;

	rt_point(POINT_THREAD, 0, 0, place);
	flow = rt_add_flow(true);
	threads[flow].start = start;
	threads[flow].arg = arg;
	watch_all();
	rt_thread_exits();
	rt_hold_signals(&threads[flow].mask);
	return flow;
}

void rt_thread_made(uint32_t flow, const pthread_t *thread, uint64_t place)
{
	if (thread)
		threads[flow].thread = *thread;
	else
		rt_control->flows[flow].state = FLOW_ENDED;
	threads[flow].flow = flow;
	rt_allow_signals(&threads[flow].mask);
	rt_point(POINT_THREAD, 0, 0, place);
}

uint32_t rt_thread_flow(pthread_t thread)
{
	for (uint32_t i = CONTROL_FLOWS; i; i--)
		if (threads[i].flow && threads[i].thread == thread)
			return i;
	return 0;
}

bool rt_thread_await(pthread_t thread, uint64_t until_ns, uint64_t place)
{
	uint32_t flow = rt_thread_flow(thread);

	rt_point(POINT_CHILD, 0, 0, place);
	pthread_testcancel();
	while (flow && rt_control->flows[flow].state != FLOW_ENDED) {
		if (!rt_block(SCHEDULE_KEY_FLOW(flow), until_ns))
			return false;
		pthread_testcancel();
	}
	if (flow)
		order_join(rt_control, rt_flow, flow);
	return true;
}

static void *run_thread(void *flow)
{
	return rt_thread_run((uint32_t)(uintptr_t)flow);
}

RT_EXPORT int __wrap_pthread_create(pthread_t *ret_thread, const pthread_attr_t *attr,
				    rt_start_fn *start, void *arg)
{
	uint32_t flow;
	int rc;

	if (!rt_is_scheduled())
		return __real_pthread_create(ret_thread, attr, start, arg);
	flow = rt_thread_prepare(start, arg, PLACE);
	rc = __real_pthread_create(ret_thread, attr, run_thread, (void *)(uintptr_t)flow);
	rt_thread_made(flow, rc ? NULL : ret_thread, PLACE);
	return rc;
}

RT_EXPORT int __wrap_pthread_join(pthread_t thread, void **ret_value)
{
	if (rt_is_scheduled())
		rt_thread_await(thread, RT_FOREVER, PLACE);
	return __real_pthread_join(thread, ret_value);
}

/* Behind the end of its flow the thread itself ends, which nobody sees. */
RT_EXPORT int __wrap_pthread_tryjoin_np(pthread_t thread, void **ret_value)
{
	uint32_t flow;

	if (!rt_is_scheduled())
		return __real_pthread_tryjoin_np(thread, ret_value);
	rt_point(POINT_CHILD, 0, 0, PLACE);
	flow = rt_thread_flow(thread);
	if (!flow)
		return __real_pthread_tryjoin_np(thread, ret_value);
	if (rt_control->flows[flow].state == FLOW_ENDED)
		return __wrap_pthread_join(thread, ret_value);
	rt_saw((uint64_t)thread, 0, PLACE);
	return EBUSY;
}

static int join_until(pthread_t thread, void **ret_value, uint64_t until_ns, uint64_t place)
{
	return rt_thread_await(thread, until_ns, place) ? __real_pthread_join(thread, ret_value)
							: ETIMEDOUT;
}

RT_EXPORT int __wrap_pthread_timedjoin_np(pthread_t thread, void **ret_value,
					  const struct timespec *limit)
{
	if (!rt_is_scheduled())
		return __real_pthread_timedjoin_np(thread, ret_value, limit);
	return join_until(thread, ret_value, rt_until(limit, CLOCK_REALTIME), PLACE);
}

RT_EXPORT int __wrap_pthread_clockjoin_np(pthread_t thread, void **ret_value, clockid_t clock,
					  const struct timespec *limit)
{
	if (!rt_is_scheduled())
		return __real_pthread_clockjoin_np(thread, ret_value, clock, limit);
	return join_until(thread, ret_value, rt_until(limit, clock), PLACE);
}

RT_EXPORT void __wrap_pthread_exit(void *value)
{
	if (rt_is_scheduled())
		rt_thread_exits();
	__real_pthread_exit(value);
}

/* Where it waits it looks whether it has been asked to end. */
RT_EXPORT int __wrap_pthread_cancel(pthread_t thread)
{
	uint32_t flow = rt_is_scheduled() ? rt_thread_flow(thread) : 0;
	int rc;

	if (!flow)
		return __real_pthread_cancel(thread);
	rt_point(POINT_SIGNAL, 0, 0, PLACE);
	if (rt_control->flows[flow].state == FLOW_ENDED)
		return 0;
	rt_control->flows[flow].is_cancelled = 1;
	rc = __real_pthread_cancel(thread);
	schedule_interrupt(rt_control, rt_self()->pid, rt_control->flows[flow].tid);
	return rc;
}

/* Whoever waits for the once is in the C library otherwise, with the turn. */
#define ONCE_BEGUN 1
#define ONCE_DONE  2

RT_EXPORT int __wrap_pthread_once(pthread_once_t *once, void (*routine)(void))
{
	int rc;

	if (!rt_is_scheduled())
		return __real_pthread_once(once, routine);
	rt_point(POINT_LOCK, (uint64_t)once, sizeof(*once), PLACE);
	while ((*(volatile pthread_once_t *)once & (ONCE_BEGUN | ONCE_DONE)) == ONCE_BEGUN)
		rt_block(rt_key(once), RT_FOREVER);
	rt_acquired(rt_key(once));
	if (*(volatile pthread_once_t *)once & ONCE_DONE)
		return __real_pthread_once(once, routine);
	rc = __real_pthread_once(once, routine);
	rt_releases(rt_key(once));
	rt_wake(rt_key(once));
	return rc;
}
