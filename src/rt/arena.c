/*
 * The arena: one range of reserved address space for all shared mappings, so
 * that one comparison tells whether an address is shared.
 *
 * fork() copies it with the mappings.  Threads take chunks by compare-and-swap:
 * a lock would stay locked in the child of a fork().
 */
#include <sys/mman.h>

#include "rt/raw.h"
#include "rt/rt.h"

#define CHUNKS (RT_ARENA_SIZE / RT_CHUNK)

struct chunk {
	uint32_t is_taken;
	uint32_t object; /* 0 = not known */
	uint64_t offset; /* of its first byte, into the object */
	uint64_t size;	 /* how much of it is mapped */
};
static struct chunk chunks[CHUNKS];
static uint64_t next_chunk; /* where the search begins */
static bool is_reserved;

static long reserve(uint64_t address, uint64_t size, int flags)
{
	return raw6(SYS_mmap, (long)address, (long)size, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
}

bool rt_arena_reserve(void)
{
	long got = reserve(RT_ARENA, RT_ARENA_SIZE, MAP_FIXED_NOREPLACE);

	/* Kernels before 4.17 take the flag for a hint. */
	if (!raw_failed(got) && (uint64_t)got != RT_ARENA)
		raw3(SYS_munmap, got, (long)RT_ARENA_SIZE, 0);
	is_reserved = (uint64_t)got == RT_ARENA;
	return is_reserved;
}

static uint64_t chunks_of(uint64_t size)
{
	return (size + RT_CHUNK - 1) / RT_CHUNK;
}

static void give_back(uint64_t first, uint64_t count)
{
	while (count--)
		__atomic_store_n(&chunks[first + count].is_taken, 0, __ATOMIC_RELEASE);
}

/* How many of the chunks from @first on were free, and are ours now: all or none. */
static uint64_t take_run(uint64_t first, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		uint32_t nobody = 0;

		if (__atomic_compare_exchange_n(&chunks[first + i].is_taken, &nobody, 1, false,
						__ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			continue;
		give_back(first, i);
		return i;
	}
	return count;
}

static uint64_t take_between(uint64_t from, uint64_t to, uint64_t count)
{
	while (from + count <= to) {
		uint64_t got = take_run(from, count);

		if (got == count) {
			__atomic_store_n(&next_chunk, from + count, __ATOMIC_RELAXED);
			return RT_ARENA + from * RT_CHUNK;
		}
		from += got + 1;
	}
	return 0;
}

uint64_t rt_arena_take(uint64_t size)
{
	uint64_t start = __atomic_load_n(&next_chunk, __ATOMIC_RELAXED), count = chunks_of(size);
	uint64_t address;

	if (!is_reserved || !size || size > RT_ARENA_SIZE)
		return 0;
	address = take_between(start, CHUNKS, count);
	return address ? address : take_between(0, CHUNKS, count);
}

void rt_arena_set(uint64_t address, uint64_t size, uint32_t object, uint64_t offset)
{
	struct chunk *chunk = &chunks[(address - RT_ARENA) / RT_CHUNK];

	for (uint64_t done = 0; done < size; done += RT_CHUNK, chunk++) {
		chunk->offset = offset + done;
		chunk->size = size - done < RT_CHUNK ? size - done : RT_CHUNK;
		__atomic_store_n(&chunk->object, object, __ATOMIC_RELEASE);
	}
}

/* A chunk is free again when all that was mapped in it goes at once; else it stays taken. */
static void drop_chunk(uint64_t index, uint64_t from, uint64_t to)
{
	uint64_t start = RT_ARENA + index * RT_CHUNK;
	struct chunk *chunk = &chunks[index];

	if (from > start || to < start + chunk->size)
		return;
	__atomic_store_n(&chunk->object, 0, __ATOMIC_RELEASE);
	chunk->size = 0;
	give_back(index, 1);
}

void rt_arena_drop(uint64_t address, uint64_t size)
{
	uint64_t end = address + size, page_end = (end + 4095) & ~UINT64_C(4095);

	reserve(address, page_end - address, MAP_FIXED);
	for (uint64_t i = (address - RT_ARENA) / RT_CHUNK;
	     i < CHUNKS && RT_ARENA + i * RT_CHUNK < end; i++)
		drop_chunk(i, address, page_end);
}

uint64_t rt_arena_size(uint64_t address)
{
	uint64_t first = (address - RT_ARENA) / RT_CHUNK, size = 0;

	for (uint64_t i = first; i < CHUNKS; i++) {
		const struct chunk *chunk = &chunks[i];

		if (!chunk->object || chunk->object != chunks[first].object ||
		    chunk->offset != chunks[first].offset + size)
			break;
		size += chunk->size;
	}
	return size;
}

bool rt_arena_find(uint64_t address, uint32_t *ret_object, uint64_t *ret_offset)
{
	uint64_t in_arena = address - RT_ARENA;
	struct chunk *chunk;

	if (in_arena >= RT_ARENA_SIZE)
		return false;
	chunk = &chunks[in_arena / RT_CHUNK];
	*ret_object = __atomic_load_n(&chunk->object, __ATOMIC_ACQUIRE);
	*ret_offset = chunk->offset + in_arena % RT_CHUNK;
	return *ret_object != 0;
}
