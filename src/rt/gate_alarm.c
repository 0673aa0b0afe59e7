/*
 * alarm(), in virtual time: a thread of ours waits until nobody can do anything
 * before then: a watchdog is no reason to end a program that goes on.  The
 * thread touches nothing of the program's, and lets no signals in.
 */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "rt/gate.h"
#include "rt/raw.h"

REAL(unsigned, alarm, (unsigned seconds));
int __real_pthread_create(pthread_t *ret_thread, const pthread_attr_t *attr, rt_start_fn *start,
			  void *arg);

#define NS_PER_S UINT64_C(1000000000)

static struct {
	int32_t pid;	/* whose it is: not that of a child */
	uint32_t flow;	/* 0 = there is none */
	uint64_t at_ns; /* 0 = it is off */
} bell;

static void *ring(void *arg)
{
	uint32_t flow = (uint32_t)(uintptr_t)arg;

	rt_begin(flow);
	while (bell.at_ns) {
		rt_await(SCHEDULE_KEY_FLOW(flow), bell.at_ns);
		if (!bell.at_ns || rt_control->now_ns < bell.at_ns)
			continue;
		bell.at_ns = 0;
		rt_point(POINT_SIGNAL, 0, 0, PLACE);
		raw3(SYS_kill, rt_self()->pid, SIGALRM, 0);
		schedule_interrupt(rt_control, rt_self()->pid, 0);
	}
	bell.flow = 0;
	rt_end_flow();
	return NULL;
}

static void start(uint64_t at_ns)
{
	uint64_t mask;
	pthread_t thread;
	uint32_t flow;

	bell.at_ns = at_ns;
	if (bell.flow) {
		rt_control->flows[bell.flow].until_ns = at_ns;
		return;
	}
	flow = rt_add_flow(true);
	rt_hold_signals(&mask);
	if (__real_pthread_create(&thread, NULL, ring, (void *)(uintptr_t)flow) == 0) {
		pthread_detach(thread);
		bell.flow = flow;
	} else {
		rt_control->flows[flow].state = FLOW_ENDED;
	}
	rt_allow_signals(&mask);
}

RT_EXPORT unsigned __wrap_alarm(unsigned seconds)
{
	uint64_t rest = 0;

	if (!rt_is_scheduled())
		return __real_alarm(seconds);
	rt_point(POINT_TIME, 0, 0, PLACE);
	if (bell.pid != rt_self()->pid) {
		bell.pid = rt_self()->pid;
		bell.flow = 0;
		bell.at_ns = 0;
	}
	if (bell.at_ns > rt_control->now_ns)
		rest = bell.at_ns - rt_control->now_ns;
	if (seconds)
		start(rt_control->now_ns + seconds * NS_PER_S);
	else
		bell.at_ns = 0;
	return (unsigned)((rest + NS_PER_S - 1) / NS_PER_S);
}
