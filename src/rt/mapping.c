/*
 * mmap(), shmat() and their likes of the program: shared mappings go to the
 * arena where the program leaves the address to the kernel.
 */
#include <errno.h>
#include <stdarg.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/types.h>

#include "rt/raw.h"
#include "rt/rt.h"

#ifndef MAP_32BIT /* only x86-64 has it */
#define MAP_32BIT 0
#endif

/* Not declared here: with _FILE_OFFSET_BITS they may be other names for each other. */
RT_EXPORT void *mmap64(void *address, size_t size, int protection, int flags, int fd, off64_t at);

static long answer(long result)
{
	if (!raw_failed(result))
		return result;
	errno = (int)-result;
	return -1;
}

static bool is_in_arena(const void *address)
{
	return rt_segment && (uint64_t)address - RT_ARENA < RT_ARENA_SIZE;
}

static void count_unplaced(void)
{
	__atomic_add_fetch(&rt_segment->unplaced, 1, __ATOMIC_RELAXED);
}

static bool is_shared(int flags)
{
	int type = flags & MAP_TYPE;

	return type == MAP_SHARED || type == MAP_SHARED_VALIDATE;
}

static long map(void *address, size_t size, int protection, int flags, int fd, long at)
{
	return raw6(SYS_mmap, (long)address, (long)size, protection, flags, fd, at);
}

/* 0: not there. */
static long map_in_arena(size_t size, int protection, int flags, int fd, long at)
{
	uint64_t address = rt_arena_take(size);
	long got;

	if (!address)
		return 0;
	got = map((void *)address, size, protection, flags | MAP_FIXED, fd, at);
	if (raw_failed(got)) {
		rt_arena_drop(address, size);
		return 0;
	}
	rt_arena_set(address, size, flags & MAP_ANONYMOUS ? rt_object_anonymous() : rt_object_of_file(fd),
		     flags & MAP_ANONYMOUS ? 0 : (uint64_t)at);
	return got;
}

static long do_mmap(void *address, size_t size, int protection, int flags, int fd, long at)
{
	long got;

	rt_attach();
	if (!rt_segment || !is_shared(flags))
		return map(address, size, protection, flags, fd, at);
	got = address || flags & MAP_32BIT ? 0 : map_in_arena(size, protection, flags, fd, at);
	if (got)
		return got;
	got = map(address, size, protection, flags, fd, at);
	if (!raw_failed(got))
		count_unplaced();
	if (is_in_arena((void *)got)) /* mapped over one of ours */
		rt_arena_set((uint64_t)got, size, 0, 0);
	return got;
}

RT_EXPORT void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t at)
{
	return (void *)answer(do_mmap(address, size, protection, flags, fd, at));
}

RT_EXPORT void *mmap64(void *address, size_t size, int protection, int flags, int fd, off64_t at)
{
	return (void *)answer(do_mmap(address, size, protection, flags, fd, at));
}

RT_EXPORT int munmap(void *address, size_t size)
{
	long result = raw3(SYS_munmap, (long)address, (long)size, 0);

	if (result == 0 && is_in_arena(address))
		rt_arena_drop((uint64_t)address, size);
	return (int)answer(result);
}

/* Larger, elsewhere in the arena: behind a mapping there the address space is taken, by us. */
static long grow(void *old, size_t old_size, size_t size, uint32_t object, uint64_t offset)
{
	uint64_t address = rt_arena_take(size);
	long got;

	if (!address)
		return -ENOMEM;
	got = raw6(SYS_mremap, (long)old, (long)old_size, (long)size, MREMAP_MAYMOVE | MREMAP_FIXED,
		   (long)address, 0);
	if (raw_failed(got)) {
		rt_arena_drop(address, size);
		return got;
	}
	rt_arena_set(address, size, object, offset);
	if (old_size) /* 0: another mapping of the same */
		rt_arena_drop((uint64_t)old, old_size);
	return got;
}

static long do_mremap(void *old, size_t old_size, size_t size, int flags, void *address)
{
	bool is_ours = is_in_arena(old),
	     moves = (flags & (MREMAP_MAYMOVE | MREMAP_FIXED)) == MREMAP_MAYMOVE;
	uint64_t offset;
	uint32_t object;
	long got;

	if (is_ours && moves && (size > old_size || !old_size) &&
	    rt_arena_find((uint64_t)old, &object, &offset))
		return grow(old, old_size, size, object, offset);
	got = raw6(SYS_mremap, (long)old, (long)old_size, (long)size, flags, (long)address, 0);
	if (!is_ours || raw_failed(got))
		return got;
	if (got != (long)old) {
		count_unplaced();
		rt_arena_drop((uint64_t)old, old_size);
	} else if (size < old_size) {
		rt_arena_drop((uint64_t)old + size, old_size - size);
	}
	return got;
}

RT_EXPORT void *mremap(void *old, size_t old_size, size_t size, int flags, ...)
{
	void *address = NULL;
	va_list rest;

	va_start(rest, flags);
	if (flags & MREMAP_FIXED)
		address = va_arg(rest, void *);
	va_end(rest);
	return (void *)answer(do_mremap(old, old_size, size, flags, address));
}

static size_t sysv_size(int id)
{
	struct shmid_ds state;

	return raw3(SYS_shmctl, id, IPC_STAT, (long)&state) == 0 ? state.shm_segsz : 0;
}

static long attach_in_arena(int id, int flags)
{
	size_t size = sysv_size(id);
	uint64_t address = rt_arena_take(size);
	long got;

	if (!address)
		return 0;
	got = raw3(SYS_shmat, id, (long)address, flags | SHM_REMAP);
	if (raw_failed(got)) {
		rt_arena_drop(address, size);
		return 0;
	}
	rt_arena_set(address, size, rt_object_sysv(id), 0);
	return got;
}

RT_EXPORT void *shmat(int id, const void *address, int flags)
{
	long got;

	rt_attach();
	got = rt_segment && !address ? attach_in_arena(id, flags) : 0;
	if (got)
		return (void *)got;
	got = raw3(SYS_shmat, id, (long)address, flags);
	if (rt_segment && !raw_failed(got))
		count_unplaced();
	return (void *)answer(got);
}

RT_EXPORT int shmdt(const void *address)
{
	uint64_t size = is_in_arena(address) ? rt_arena_size((uint64_t)address) : 0;
	long result = raw3(SYS_shmdt, (long)address, 0, 0);

	if (result == 0 && size)
		rt_arena_drop((uint64_t)address, size);
	return (int)answer(result);
}
