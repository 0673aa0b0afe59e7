#include "area.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heap.h"
#include "lib/mapping.h"
#include "lib/safe.h"

static int open_object(const char *name)
{
	int fd = shm_open(name, O_RDWR, 0);

	if (fd < 0)
		die(name);
	return fd;
}

struct store *area_create(const char *name)
{
	int fd = open_object(name);
	struct store *store;

	if (ftruncate(fd, sizeof(*store)) < 0)
		die("ftruncate");
	store = map_shared(fd, sizeof(*store));
	safe_close(&fd);
	memset(store, 0, sizeof(*store));
	heap_init(&store->heap);
	store->version = STORE_VERSION;
	store->size = sizeof(*store);
	store->magic = STORE_MAGIC;
	return store;
}

static const char *what_is_wrong(const struct store *store)
{
	if (store->magic != STORE_MAGIC)
		return "is no store";
	if (store->version != STORE_VERSION)
		return "has another version";
	if (store->size != sizeof(*store))
		return "has another layout";
	return NULL;
}

struct store *area_open(const char *name)
{
	int fd = open_object(name);
	struct store *store;
	const char *wrong;
	struct stat st;

	if (fstat(fd, &st) < 0)
		die("fstat");
	if ((size_t)st.st_size < sizeof(*store)) {
		fprintf(stderr, "%s is too small for a store\n", name);
		exit(STATUS_WRONG);
	}
	store = map_shared(fd, sizeof(*store));
	safe_close(&fd);
	wrong = what_is_wrong(store);
	if (wrong) {
		fprintf(stderr, "%s %s\n", name, wrong);
		exit(STATUS_WRONG);
	}
	return store;
}
