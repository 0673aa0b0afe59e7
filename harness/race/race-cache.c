/*
 * name: race-cache
 * mechanism: mmap
 * bug: none
 * about: race-cache: looked up under a read lock, and added under a write lock
 */
/* A twin with a bug includes this file: race-cache-upgrade. */
#include "race.h"

#define ENTRIES 2

struct shared {
	pthread_rwlock_t lock;
	unsigned count, keys[ENTRIES];
};

static int has(const struct shared *s, unsigned key)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->keys[i] == key)
			return 1;
	return 0;
}

static void add(struct shared *s, unsigned key)
{
	if (s->count < ENTRIES)
		s->keys[s->count++] = key;
}

/* A read lock cannot become a write lock: in between others may write. */
static void look_up(struct shared *s, unsigned key)
{
	int found;

	pthread_rwlock_rdlock(&s->lock);
	found = has(s, key);
	pthread_rwlock_unlock(&s->lock);
	if (found)
		return;
	pthread_rwlock_wrlock(&s->lock);
#ifndef BUG_UPGRADE
	if (!has(s, key))
#endif
		add(s, key);
	pthread_rwlock_unlock(&s->lock);
}

static void work(struct shared *s, unsigned me)
{
	(void)me;
	look_up(s, 5);
}

static void init_rwlock(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	if (pthread_rwlock_init(lock, &attr))
		fail("rwlock");
}

int main(void)
{
	struct shared *s = share(sizeof(*s));

	init_rwlock(&s->lock);
	in_two_processes(work, s);
	if (s->count != 1)
		broken("a key is there twice");
	return 0;
}
