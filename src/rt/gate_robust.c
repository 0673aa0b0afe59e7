/*
 * Robust mutexes that are lost: who has one whose owner died, and unlocks it without
 * pthread_mutex_consistent(), makes it one that nobody gets any more.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>

#include "rt/gate.h"

/* glibc's, nptl/pthreadP.h: PTHREAD_MUTEX_ROBUST_NORMAL_NP and PTHREAD_MUTEX_INCONSISTENT. */
#define ROBUST	     16
#define INCONSISTENT INT_MAX

void rt_note_unlock(const pthread_mutex_t *m)
{
	if (m->__data.__kind & ROBUST && m->__data.__owner == INCONSISTENT)
		rt_control->spoiled = rt_self()->next;
}

void rt_note_locked(int rc)
{
	if (rc == ENOTRECOVERABLE && !rt_control->lost.flow)
		rt_control->lost = rt_self()->next;
}
