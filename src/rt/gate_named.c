/*
 * Named semaphores: the C library maps them itself, so that nobody tells us
 * what is there.
 */
#include <semaphore.h>

#include "rt/gate.h"
#include "rt/raw.h"

REAL(sem_t *, sem_open, (const char *name, int flags, mode_t mode, unsigned value));
REAL(int, sem_close, (sem_t * s));

RT_EXPORT sem_t *__wrap_sem_open(const char *name, int flags, mode_t mode, unsigned value)
{
	sem_t *s;

	if (rt_is_scheduled())
		rt_point(POINT_IO, 0, 0, PLACE);
	s = __real_sem_open(name, flags, mode, value);
	if (!rt_is_scheduled() || s == SEM_FAILED)
		return s;
	rt_named_add((uint64_t)s);
	rt_wrote();
	return s;
}

/* The library counts the openings: it may still be there. */
RT_EXPORT int __wrap_sem_close(sem_t *s)
{
	int rc = __real_sem_close(s);

	if (rt_is_scheduled())
		rt_named_check((uint64_t)s);
	return rc;
}
