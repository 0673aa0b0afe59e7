/*
 * Memory that is given back: who gets it next has nothing to do with who had
 * it, though the allocator's own order is not seen.
 */
#include <malloc.h>
#include <stdlib.h>

#include "rt/gate.h"
#include "schedule/order.h"

REAL(void, free, (void *p));
REAL(void *, realloc, (void *p, size_t size));

/* Others can see it only where there are threads. */
static void forget(void *p)
{
	if (p && rt_is_scheduled() && rt_is_watched((uint64_t)p))
		order_forget(rt_control, rt_process(), (uint64_t)p, malloc_usable_size(p));
}

RT_EXPORT void __wrap_free(void *p)
{
	forget(p);
	__real_free(p);
}

/* Where it grows in place nothing has been done with it since. */
RT_EXPORT void *__wrap_realloc(void *p, size_t size)
{
	forget(p);
	return __real_realloc(p, size);
}
