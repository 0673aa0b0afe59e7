/* Sleeping, and clocks that tell virtual time. */
#include <errno.h>
#include <sched.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "rt/gate.h"
#include "rt/raw.h"

REAL(int, nanosleep, (const struct timespec *time, struct timespec *ret_rest));
REAL(int, clock_nanosleep,
     (clockid_t clock, int flags, const struct timespec *time, struct timespec *ret_rest));
REAL(int, usleep, (useconds_t us));
REAL(unsigned, sleep, (unsigned seconds));
REAL(int, sched_yield, (void));
REAL(int, clock_gettime, (clockid_t clock, struct timespec *ret_time));
REAL(int, gettimeofday, (struct timeval * ret_time, void *zone));
REAL(time_t, time, (time_t * ret_time));

#define NS_PER_S UINT64_C(1000000000)


/* 0, or what is left of it when a handler has run. */
static uint64_t sleep_until(uint64_t until_ns, uint64_t place)
{
	bool is_over;

	rt_point(POINT_TIME, 0, 0, place);
	pthread_testcancel();
	is_over = rt_sleep_until(until_ns);
	pthread_testcancel();
	if (is_over || rt_control->now_ns >= until_ns)
		return 0;
	return until_ns - rt_control->now_ns;
}

static void time_of(uint64_t ns, struct timespec *ret_time)
{
	ret_time->tv_sec = (time_t)(ns / NS_PER_S);
	ret_time->tv_nsec = (long)(ns % NS_PER_S);
}

RT_EXPORT int __wrap_nanosleep(const struct timespec *time, struct timespec *ret_rest)
{
	uint64_t rest;

	if (!rt_is_scheduled())
		return __real_nanosleep(time, ret_rest);
	rest = sleep_until(rt_after(time), PLACE);
	if (!rest)
		return 0;
	if (ret_rest)
		time_of(rest, ret_rest);
	errno = EINTR;
	return -1;
}

RT_EXPORT int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
				     struct timespec *ret_rest)
{
	uint64_t rest;

	if (!rt_is_scheduled())
		return __real_clock_nanosleep(clock, flags, time, ret_rest);
	rest = sleep_until(flags & TIMER_ABSTIME ? rt_until(time, clock) : rt_after(time), PLACE);
	if (rest && ret_rest && !(flags & TIMER_ABSTIME))
		time_of(rest, ret_rest);
	return rest ? EINTR : 0;
}

RT_EXPORT int __wrap_usleep(useconds_t us)
{
	if (!rt_is_scheduled())
		return __real_usleep(us);
	if (!sleep_until(rt_control->now_ns + (uint64_t)us * 1000, PLACE))
		return 0;
	errno = EINTR;
	return -1;
}

RT_EXPORT unsigned __wrap_sleep(unsigned seconds)
{
	uint64_t rest;

	if (!rt_is_scheduled())
		return __real_sleep(seconds);
	rest = sleep_until(rt_control->now_ns + seconds * NS_PER_S, PLACE);
	return (unsigned)((rest + NS_PER_S / 2) / NS_PER_S);
}

RT_EXPORT int __wrap_sched_yield(void)
{
	if (!rt_is_scheduled())
		return __real_sched_yield();
	schedule_yield(rt_control, rt_flow);
	rt_point(POINT_YIELD, 0, 0, PLACE);
	return 0;
}

RT_EXPORT int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	uint64_t now;

	if (!rt_is_scheduled() || !rt_is_virtual(clock))
		return __real_clock_gettime(clock, ret_time);
	now = rt_read_clock(clock);
	time_of(now, ret_time);
	return 0;
}

RT_EXPORT int __wrap_gettimeofday(struct timeval *ret_time, void *zone)
{
	uint64_t now;

	if (!rt_is_scheduled())
		return __real_gettimeofday(ret_time, zone);
	now = rt_read_clock(CLOCK_REALTIME);
	ret_time->tv_sec = (time_t)(now / NS_PER_S);
	ret_time->tv_usec = (suseconds_t)(now % NS_PER_S / 1000);
	return 0;
}

RT_EXPORT time_t __wrap_time(time_t *ret_time)
{
	time_t now;

	if (!rt_is_scheduled())
		return __real_time(ret_time);
	now = (time_t)(rt_read_clock(CLOCK_REALTIME) / NS_PER_S);
	if (ret_time)
		*ret_time = now;
	return now;
}
