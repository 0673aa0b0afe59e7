/*
 * name: sysv-cache
 * mechanism: shm-sysv
 * bug: none
 * about: sysv-cache [--entries N] FOLDER: makes a cache in the segment that belongs to
 *	FOLDER, and removes it at its end; one that a dead run has left may have another size,
 *	and is replaced when nobody uses it
 */
/* Twins with a bug include this file: sysv-cache-size, sysv-cache-stale. */
#include <errno.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"

struct cache {
	uint32_t used;
	uint32_t entries[];
};

STEP void put(struct cache *cache, uint32_t value)
{
	cache->entries[cache->used++] = value;
}

#if !defined(BUG_SIZE) && !defined(BUG_STALE)
static void remove_unused(key_t key)
{
	struct shmid_ds ds;
	int id = shmget(key, 0, 0);

	if (id < 0 || shmctl(id, IPC_STAT, &ds) < 0)
		die("shmctl");
	if (ds.shm_nattch) {
		fputs("another one is at work\n", stderr);
		return;
	}
	puts("the segment of a dead run is replaced");
	shmctl(id, IPC_RMID, NULL);
}
#endif

static int make_segment(key_t key, size_t size)
{
#if defined(BUG_SIZE) || defined(BUG_STALE)
	return shmget(key, size, IPC_CREAT | 0600);
#else
	int id = shmget(key, size, IPC_CREAT | IPC_EXCL | 0600);

	if (id < 0 && errno == EEXIST) {
		remove_unused(key);
		id = shmget(key, size, IPC_CREAT | IPC_EXCL | 0600);
	}
	return id;
#endif
}

int main(int argc, char **argv)
{
	struct cache *cache;
	unsigned entries;
	key_t key;
	int id;

	args_init(argc, argv);
	entries = args_number("--entries", 8);
	key = ftok(args_operand(), 'c');
	args_end();
	id = make_segment(key, sizeof(*cache) + entries * sizeof(uint32_t));
	if (id < 0)
		die("shmget");
	cache = shmat(id, NULL, 0);
	if (cache == (void *)-1)
		die("shmat");
	for (uint32_t i = 0; i < entries; i++)
		put(cache, i);
	printf("%u entries\n", cache->used);
	shmdt(cache);
	shmctl(id, IPC_RMID, NULL);
	return 0;
}
