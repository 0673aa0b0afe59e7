/*
 * blocked_owner.c - which lock a futex word belongs to, and who has it.
 *
 * The kernel knows the owner of a robust or priority-inheriting mutex only,
 * from the word itself; of other locks glibc keeps it beside the word.  What
 * these layouts do not fit (musl's, home-made ones) has no known owner.
 */
#include <linux/futex.h>
#include <string.h>

#include "oracle/blocked_private.h"

/* pthread_mutex_t (sysdeps/nptl/bits/struct_mutex.h, 64 bit); the word is the first member. */
struct glibc_mutex {
	int32_t lock;
	uint32_t count;
	int32_t owner;
	uint32_t users;
	uint32_t kind;
};

#define MUTEX_KIND_BITS	  0x3f3U /* type, robust, PI, priority protect, shared, elision */
#define MUTEX_KIND_SHARED 0x80U
#define MUTEX_CONTENDED	  2
#define USERS_MAX	  1000000
/* musl's normal mutex holds EBUSY instead of an owner. */
#define MUSL_NO_OWNER 16

/* pthread_rwlock_t (sysdeps/x86/nptl/bits/struct_rwlock.h; that of aarch64 begins the same). */
struct glibc_rwlock {
	uint32_t readers;
	uint32_t writers;
	uint32_t wrphase_futex; /* these two are slept on */
	uint32_t writers_futex;
	uint32_t pad3, pad4;
	int32_t cur_writer;
	int32_t shared;
	int8_t rwelision;
	uint8_t pad1[7];
	uint64_t pad2;
	uint32_t flags;
};

#define RWLOCK_WRLOCKED	   2U /* in readers */
#define RWLOCK_READER_BITS 3
#define RWLOCK_FUTEX_USED  2U /* in the futex words */

/* sem_t (sysdeps/nptl/internaltypes.h): the word is the low half of the first member. */
struct glibc_sem {
	uint32_t value;
	uint32_t waiters;
	uint32_t private; /* 0, or FUTEX_SHARED, which is 128 */
};

static bool is_private(const struct wait *wait)
{
	return wait->t->args[1] & FUTEX_PRIVATE_FLAG;
}

static bool find_mutex(const struct wait *wait, struct futex_lock *ret_lock)
{
	struct glibc_mutex mutex;

	if (wait->t->args[2] != MUTEX_CONTENDED ||
	    !wait_read_memory(wait, wait->t->args[0], &mutex, sizeof(mutex)) ||
	    mutex.lock != MUTEX_CONTENDED || mutex.users == 0 || mutex.users > USERS_MAX ||
	    (mutex.kind & ~MUTEX_KIND_BITS) ||
	    !(mutex.kind & MUTEX_KIND_SHARED) != is_private(wait))
		return false;
	*ret_lock = (struct futex_lock){"mutex", wait->t->args[0], mutex.owner};
	return true;
}

static bool is_rwlock(const struct glibc_rwlock *lock, bool private)
{
	return lock->pad3 == 0 && lock->pad4 == 0 && lock->rwelision == 0 && lock->pad2 == 0 &&
	       lock->shared == !private && lock->flags <= 2 && lock->wrphase_futex <= 3 &&
	       lock->writers_futex <= 3 && lock->readers >> RWLOCK_READER_BITS <= USERS_MAX &&
	       lock->readers & RWLOCK_WRLOCKED && lock->cur_writer > 0;
}

/* Taken for writing only: who reads is written nowhere. */
static bool find_rwlock(const struct wait *wait, struct futex_lock *ret_lock)
{
	static const size_t words[] = {offsetof(struct glibc_rwlock, wrphase_futex),
				       offsetof(struct glibc_rwlock, writers_futex)};
	struct glibc_rwlock lock;

	if (!(wait->t->args[2] & RWLOCK_FUTEX_USED) || wait->t->args[2] > 3)
		return false;
	for (size_t i = 0; i < 2; i++) {
		uint64_t address = wait->t->args[0] - words[i];

		if (!wait_read_memory(wait, address, &lock, sizeof(lock)) ||
		    !is_rwlock(&lock, is_private(wait)))
			continue;
		*ret_lock = (struct futex_lock){"read-write lock", address, lock.cur_writer};
		return true;
	}
	return false;
}

static bool find_sem(const struct wait *wait, struct futex_lock *ret_lock)
{
	struct glibc_sem sem;

	if (wait->t->args[2] != 0 || !wait_read_memory(wait, wait->t->args[0], &sem, sizeof(sem)) ||
	    sem.value != 0 || sem.waiters == 0 || sem.waiters > USERS_MAX ||
	    sem.private != (is_private(wait) ? 0 : FUTEX_PRIVATE_FLAG))
		return false;
	*ret_lock = (struct futex_lock){"semaphore", wait->t->args[0], 0};
	return true;
}

void find_futex_lock(const struct wait *wait, struct futex_lock *ret_lock)
{
	unsigned command = (unsigned)wait->t->args[1] & (unsigned)FUTEX_CMD_MASK;
	uint32_t word = 0;

	*ret_lock = (struct futex_lock){"word", wait->t->args[0], 0};
	if (!wait_read_memory(wait, wait->t->args[0], &word, sizeof(word)))
		return;
	if (command == FUTEX_LOCK_PI || command == FUTEX_LOCK_PI2 || word & FUTEX_WAITERS) {
		pid_t owner = (pid_t)(word & FUTEX_TID_MASK);

		if (owner == MUSL_NO_OWNER && !(command == FUTEX_LOCK_PI))
			return;
		*ret_lock = (struct futex_lock){"mutex", wait->t->args[0], owner};
		return;
	}
	if (!find_mutex(wait, ret_lock) && !find_rwlock(wait, ret_lock))
		find_sem(wait, ret_lock);
}
