/*
 * futex() by syscall(): who waits is known to the scheduler only, as with
 * conditions.  The other system calls are what they are.
 */
#include <errno.h>
#include <linux/futex.h>
#include <time.h>

#include "rt/gate.h"
#include "rt/raw.h"

REAL(long, syscall, (long number, long a, long b, long c, long d, long e, long f));

static long wait_on(uint32_t *word, int operation, uint32_t expected, const struct timespec *limit,
		    uint64_t place)
{
	rt_point(POINT_WAIT, (uint64_t)word, sizeof(*word), place);
	if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != expected)
		errno = EAGAIN;
	else if (rt_await(rt_key(word), rt_futex_limit(operation, limit)))
		return 0;
	else
		errno = ETIMEDOUT;
	return -1;
}

static long wake(uint32_t *word, uint32_t most, uint64_t place)
{
	uint32_t woken = 0;

	rt_point(POINT_WAKE, (uint64_t)word, sizeof(*word), place);
	while (woken < most && rt_wake_one(rt_key(word)))
		woken++;
	return (long)woken;
}

RT_EXPORT long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	int command = (int)b & FUTEX_CMD_MASK;

	if (number == SYS_futex && rt_is_scheduled()) {
		if (command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET)
			return wait_on((uint32_t *)a, (int)b, (uint32_t)c, (struct timespec *)d,
				       PLACE);
		if (command == FUTEX_WAKE || command == FUTEX_WAKE_BITSET)
			return wake((uint32_t *)a, (uint32_t)c, PLACE);
	}
	return __real_syscall(number, a, b, c, d, e, f);
}
