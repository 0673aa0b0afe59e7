/* Sleeping, and clocks that tell virtual time. */
#include <sys/time.h>
#include <time.h>

#include "plugin/plugin.h"
#include "rt/raw.h"

#define NS_PER_S UINT64_C(1000000000)

static void sleep_until(struct call *c, uint64_t until_ns, uint64_t request)
{
	rt_point(POINT_TIME, 0, 0, c->place);
	rt_sleep_until(until_ns);
	plugin_lend_past(c, request);
}

static void before_nanosleep(struct call *c)
{
	if (c->args[0])
		sleep_until(c, rt_after((const struct timespec *)c->args[0]), c->args[0]);
}

static void before_clock_nanosleep(struct call *c)
{
	const struct timespec *time = (const struct timespec *)c->args[2];

	if (time)
		sleep_until(c,
			    c->args[1] & TIMER_ABSTIME ? rt_until(time, (int)c->args[0])
						       : rt_after(time),
			    c->args[2]);
}

static void before_yield(struct call *c)
{
	schedule_yield(rt_control, rt_flow);
	rt_point(POINT_YIELD, 0, 0, c->place);
}

static void after_clock(struct call *c)
{
	struct timespec *time = (struct timespec *)c->args[1];
	uint64_t now;

	if (raw_failed(c->result) || !time || !rt_is_virtual((int)c->args[0]))
		return;
	now = rt_read_clock((int)c->args[0]);
	time->tv_sec = (time_t)(now / NS_PER_S);
	time->tv_nsec = (long)(now % NS_PER_S);
}

static void after_timeofday(struct call *c)
{
	struct timeval *time = (struct timeval *)c->args[0];
	uint64_t now;

	if (raw_failed(c->result) || !time)
		return;
	now = rt_read_clock(CLOCK_REALTIME);
	time->tv_sec = (time_t)(now / NS_PER_S);
	time->tv_usec = (suseconds_t)(now % NS_PER_S / 1000);
}

const struct call_row plugin_time_calls[] = {
	{SYS_nanosleep, before_nanosleep, NULL},
	{SYS_clock_nanosleep, before_clock_nanosleep, NULL},
	{SYS_sched_yield, before_yield, NULL},
	{SYS_clock_gettime, NULL, after_clock},
	{SYS_gettimeofday, NULL, after_timeofday},
	{0, NULL, NULL},
};
