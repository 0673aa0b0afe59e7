/*
 * The guard of a C++ function's static variable: who comes while another makes
 * it is in the library otherwise, with the turn.
 */
#include "rt/gate.h"

/* Programs in C have no such library. */
#define WEAK __attribute__((weak))
WEAK REAL(int, __cxa_guard_acquire, (uint64_t * guard));
WEAK REAL(void, __cxa_guard_release, (uint64_t * guard));
WEAK REAL(void, __cxa_guard_abort, (uint64_t * guard));

/* The first byte, of the ABI; the second and the third are libstdc++'s. */
#define GUARD_DONE   UINT32_C(1)
#define GUARD_BEGUN  UINT32_C(0x100)
#define GUARD_WAITED UINT32_C(0x10000)

static uint32_t state_of(uint64_t *guard)
{
	return __atomic_load_n((uint32_t *)guard, __ATOMIC_ACQUIRE);
}

RT_EXPORT int __wrap___cxa_guard_acquire(uint64_t *guard)
{
	if (!rt_is_scheduled())
		return __real___cxa_guard_acquire(guard);
	rt_point(POINT_LOCK, (uint64_t)guard, 1, PLACE);
	while (!(state_of(guard) & GUARD_DONE) && state_of(guard) & (GUARD_BEGUN | GUARD_WAITED))
		rt_block(rt_key(guard), RT_FOREVER);
	rt_acquired(rt_key(guard));
	return __real___cxa_guard_acquire(guard);
}

/* The first byte is what the compiler looks at, by an atomic load. */
RT_EXPORT void __wrap___cxa_guard_release(uint64_t *guard)
{
	bool is_scheduled = rt_is_scheduled();

	if (is_scheduled) {
		rt_point_atomic((uint64_t)guard, 1, false, true, __ATOMIC_RELEASE, PLACE);
		rt_releases(rt_key(guard));
	}
	__real___cxa_guard_release(guard);
	if (is_scheduled)
		rt_wake(rt_key(guard));
}

RT_EXPORT void __wrap___cxa_guard_abort(uint64_t *guard)
{
	__real___cxa_guard_abort(guard);
	if (rt_is_scheduled())
		rt_wake(rt_key(guard));
}
