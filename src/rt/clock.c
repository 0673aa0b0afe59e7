/* The time of a run. */
#include <linux/futex.h>
#include <time.h>

#include "rt/gate.h"

#define NS_PER_S UINT64_C(1000000000)
#define READING	 UINT64_C(10000) /* what a look at the clock takes: a loop of them ends */

/* What the clocks show when a run begins: the same in each. */
#define EPOCH  (UINT64_C(1700000000) * NS_PER_S)
#define UPTIME (UINT64_C(1000) * NS_PER_S)

static uint64_t base_of(int clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI
		       ? EPOCH
		       : UPTIME;
}

static uint64_t ns_of(const struct timespec *time)
{
	if (time->tv_sec < 0)
		return 0;
	return (uint64_t)time->tv_sec * NS_PER_S + (uint64_t)time->tv_nsec;
}

uint64_t rt_until(const struct timespec *limit, int clock)
{
	uint64_t ns = ns_of(limit), base = base_of(clock);

	return ns > base ? ns - base : 0;
}

uint64_t rt_after(const struct timespec *time)
{
	return rt_control->now_ns + ns_of(time);
}

uint64_t rt_futex_limit(int operation, const struct timespec *limit)
{
	if (!limit)
		return RT_FOREVER;
	if ((operation & FUTEX_CMD_MASK) == FUTEX_WAIT)
		return rt_after(limit);
	return rt_until(limit, operation & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC);
}

uint64_t rt_read_clock(int clock)
{
	rt_control->now_ns += READING;
	return base_of(clock) + rt_control->now_ns;
}

bool rt_is_virtual(int clock)
{
	return clock != CLOCK_PROCESS_CPUTIME_ID && clock != CLOCK_THREAD_CPUTIME_ID && clock >= 0;
}
