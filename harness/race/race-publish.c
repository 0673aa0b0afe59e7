/*
 * name: race-publish
 * mechanism: shm-posix
 * bug: none
 * about: race-publish: who comes first makes the memory that all copies of it use
 */
/* Twins with a bug include this file: race-publish-early, race-publish-size. */
#include "race.h"

#include <errno.h>
#include <sched.h>

struct config {
	atomic_uint is_ready;
	unsigned limit;
};

#define NAME "/race-publish"

static void fill(struct config *config)
{
#ifdef BUG_EARLY
	atomic_store(&config->is_ready, 1);
	config->limit = 10;
#else
	config->limit = 10;
	atomic_store(&config->is_ready, 1);
#endif
}

static struct config *create(int fd)
{
	struct config *config;

	if (ftruncate(fd, sizeof(*config)))
		fail(NAME);
	config = map_shared(fd, sizeof(*config), 0);
	fill(config);
	return config;
}

/* It may not have its size yet. */
static struct config *join(int fd)
{
	struct config *config;
	struct stat st;

#ifndef BUG_SIZE
	while (fstat(fd, &st) == 0 && st.st_size == 0)
		sched_yield();
#else
	(void)st;
#endif
	config = map_shared(fd, sizeof(*config), 0);
	while (!atomic_load(&config->is_ready))
		;
	return config;
}

static struct config *create_or_join(void)
{
	int fd = shm_open(NAME, O_RDWR | O_CREAT | O_EXCL, 0600);

	if (fd >= 0)
		return create(fd);
	if (errno != EEXIST)
		fail(NAME);
	fd = shm_open(NAME, O_RDWR, 0);
	if (fd < 0)
		fail(NAME);
	return join(fd);
}

int main(void)
{
	if (create_or_join()->limit != 10)
		broken("used before it is filled");
	return 0;
}
