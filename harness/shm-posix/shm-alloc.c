/*
 * name: shm-alloc
 * mechanism: shm-posix
 * bug: none
 * about: shm-alloc: a process takes a block from an allocator in shared memory and gives it back;
 *	whoever comes after it, dead or not, can have every block: the lock is robust, and a block
 *	says who has it
 */
/* Twins with a bug include this file: shm-alloc-*. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/safe.h"
#include "lib/shared.h"

#define BLOCKS 4
#define NONE   (-1)

static struct heap {
	pthread_mutex_t lock;
	struct block {
		pid_t owner; /* 0 = it is free */
		int next;    /* BUG_LIST: of the free ones */
	} blocks[BLOCKS];
	int first; /* BUG_LIST */
} * heap;

static void lock(void)
{
	if (pthread_mutex_lock(&heap->lock) == EOWNERDEAD)
		pthread_mutex_consistent(&heap->lock);
}

static void unlock(void)
{
	pthread_mutex_unlock(&heap->lock);
}

/* Nobody will give back what a dead process has. */
static void reclaim(void)
{
	for (unsigned i = 0; i < BLOCKS; i++)
		if (heap->blocks[i].owner && kill(heap->blocks[i].owner, 0) && errno == ESRCH)
			heap->blocks[i].owner = 0;
}

#ifdef BUG_LIST
static void make_free(void)
{
	for (int i = 0; i < BLOCKS; i++)
		heap->blocks[i].next = i + 1 < BLOCKS ? i + 1 : NONE;
}

static int pick(void)
{
	int block = heap->first;

	if (block != NONE)
		heap->first = heap->blocks[block].next;
	return block;
}

static void put(int block)
{
	heap->blocks[block].next = heap->first;
	heap->first = block;
}
#else
static void make_free(void)
{
}

static int pick(void)
{
	for (int i = 0; i < BLOCKS; i++)
		if (!heap->blocks[i].owner) {
			heap->blocks[i].owner = getpid();
			return i;
		}
	return NONE;
}

static void put(int block)
{
	heap->blocks[block].owner = 0;
}
#endif

/* The names are for scenarios. */
__attribute__((noinline)) int heap_take(void)
{
	int block;

	lock();
	block = pick();
	unlock();
	return block;
}

__attribute__((noinline)) void heap_give(int block)
{
	lock();
	put(block);
	unlock();
}

static void init(void)
{
	heap = shared_make(sizeof(*heap));
#ifdef BUG_PLAIN
	shared_mutex_init(&heap->lock, 0);
#else
	shared_mutex_init(&heap->lock, MUTEX_ROBUST);
#endif
	make_free();
}

int main(void)
{
	unsigned count = 0;

	init();
	if (make_child() == 0) {
		heap_give(heap_take());
		_exit(0);
	}
	wait_for_children(NULL);
	lock();
	reclaim();
	unlock();
	while (heap_take() != NONE)
		count++;
	printf("%u of %u blocks\n", count, BLOCKS);
	return count == BLOCKS ? 0 : STATUS_WRONG;
}
