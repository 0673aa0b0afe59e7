/* Threads. */
#include <errno.h>
#include <pthread.h>

#include "rt/gate.h"
#include "rt/raw.h"
#include "schedule/order.h"

typedef void *start_fn(void *arg);

REAL(int, pthread_create,
     (pthread_t * ret_thread, const pthread_attr_t *attr, start_fn *start, void *arg));
REAL(int, pthread_join, (pthread_t thread, void **ret_value));
NO_RETURN REAL(void, pthread_exit, (void *value));

/* What pthread_t a flow has: found again by pthread_join(). */
static struct {
	pthread_t thread;
	uint32_t flow;
	start_fn *start;
	void *arg;
} threads[CONTROL_FLOWS + 1];

/* Of any address: they share all memory. */
static void watch_all(void)
{
	rt_variables.start = 0;
	rt_variables.size = UINT64_MAX;
}

static void *run_thread(void *arg)
{
	uint32_t flow = (uint32_t)(uintptr_t)arg;
	void *value;

	rt_begin(flow);
	value = threads[flow].start(threads[flow].arg);
	rt_end_flow();
	return value;
}

RT_EXPORT int __wrap_pthread_create(pthread_t *ret_thread, const pthread_attr_t *attr,
				    start_fn *start, void *arg)
{
	uint32_t flow;
	int rc;

	if (!rt_is_scheduled())
		return __real_pthread_create(ret_thread, attr, start, arg);
	rt_point(POINT_THREAD, 0, 0, PLACE);
	flow = rt_add_flow(true);
	threads[flow].start = start;
	threads[flow].arg = arg;
	watch_all();
	rc = __real_pthread_create(ret_thread, attr, run_thread, (void *)(uintptr_t)flow);
	if (rc)
		rt_control->flows[flow].state = FLOW_ENDED;
	else
		threads[flow].thread = *ret_thread;
	threads[flow].flow = flow;
	rt_point(POINT_THREAD, 0, 0, PLACE);
	return rc;
}

static uint32_t flow_of(pthread_t thread)
{
	for (uint32_t i = CONTROL_FLOWS; i; i--)
		if (threads[i].flow && threads[i].thread == thread)
			return i;
	return 0;
}

RT_EXPORT int __wrap_pthread_join(pthread_t thread, void **ret_value)
{
	uint32_t flow = rt_is_scheduled() ? flow_of(thread) : 0;

	if (!flow)
		return __real_pthread_join(thread, ret_value);
	rt_point(POINT_CHILD, 0, 0, PLACE);
	while (rt_control->flows[flow].state != FLOW_ENDED)
		rt_block(SCHEDULE_KEY_FLOW(flow), RT_FOREVER);
	order_join(rt_control, rt_flow, flow);
	return __real_pthread_join(thread, ret_value);
}

RT_EXPORT void __wrap_pthread_exit(void *value)
{
	if (rt_is_scheduled())
		rt_end_flow();
	__real_pthread_exit(value);
}
