/*
 * memory.c - files and shared memory under those who have them mapped: cut,
 * without a name, damaged.
 *
 * All is done through a descriptor of ours, as any other process of the user
 * could do it: what the programs see is the kernel's own doing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "engine/maps.h"
#include "fault/internal.h"

static bool is_object(const struct stat *st, const struct fd_object *object)
{
	return st->st_dev == object->dev && st->st_ino == object->ino;
}

/* The name under which it can still be reached, or NULL. */
static const char *name_of(struct fault_env *env, const struct fd_object *object)
{
	const char *paths[] = {env->channel_path(env->ctx, object), object->path};
	struct stat st;

	for (size_t i = 0; i < 2; i++)
		if (paths[i] && *paths[i] == '/' && lstat(paths[i], &st) == 0 &&
		    is_object(&st, object))
			return paths[i];
	return NULL;
}

static int open_held(struct fault_env *env, const struct fd_object *object)
{
	cleanup_free struct fd_holder *holders = NULL;
	size_t count;
	int fd = fd_holders(env->engine, object, 7u, &holders, &count);

	if (fd)
		return fd;
	fd = -ENOENT;
	for (size_t i = 0; i < count && fd < 0; i++)
		fd = (holders[i].flags & O_ACCMODE) == O_RDWR
			     ? fd_borrow(holders[i].process->tgid, holders[i].fd)
			     : fd_reopen(env->engine, holders[i].process->tgid, holders[i].fd,
					 O_RDWR);
	return fd;
}

static int open_mapped(struct fault_env *env, const struct fd_object *object)
{
	int fd = -ENOENT;

	for (const struct process *p = env->engine->processes; p && fd < 0; p = p->next)
		if (!p->exited)
			fd = map_open(env->engine, p, object);
	return fd;
}

/* A descriptor of ours for reading and writing: by name, from a holder, from a mapping. */
static int open_object(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	const char *name = name_of(env, object);
	int fd = name ? open(name, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;

	if (fd < 0)
		fd = open_held(env, object);
	if (fd < 0)
		fd = open_mapped(env, object);
	return fd < 0 ? refuse(shot, "no way to %s: it has no name, and nobody holds a descriptor",
			       object->path)
		      : fd;
}

static int refuse_truncation(struct shot *shot, const struct fd_object *object, int fd)
{
	int error = errno, seals = fcntl(fd, F_GET_SEALS);

	if (error == EPERM && seals >= 0 && seals & F_SEAL_SHRINK)
		return refuse(shot, "%s is sealed: F_SEAL_SHRINK keeps its size", object->path);
	return refuse(shot, "%s cannot be cut: %s", object->path, strerror(error));
}

static int file_truncate(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	uint64_t size = shot->fault->spec->action.bytes;
	cleanup_close int fd = open_object(env, shot, object);
	unsigned long long before;
	char label[150];
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st))
		return -errno;
	before = (unsigned long long)st.st_size;
	if (before <= size)
		return refuse(shot, "%s has only %llu bytes", object->path, before);
	if (ftruncate(fd, (off_t)size))
		return refuse_truncation(shot, object, fd);
	snprintf(shot->text, sizeof(shot->text), "%s cut from %llu to %llu bytes",
		 object_label(env, object, label, sizeof(label)), before, (unsigned long long)size);
	return fstat(fd, &st) == 0 && (uint64_t)st.st_size == size;
}

/* Also FIFOs and the files of sockets: a name is a name. */
int name_unlink(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	const char *name = name_of(env, object);
	struct stat st;

	if (!name)
		return refuse(shot, "%s has no name any more", object->path);
	snprintf(shot->text, sizeof(shot->text), "the name %s removed", name);
	if (unlink(name))
		return refuse(shot, "%s cannot be removed: %s", name, strerror(errno));
	return lstat(name, &st) ? errno == ENOENT : !is_object(&st, object);
}

/* Bits that differ, each flipped at once: a program may be writing there. */
/* NOLINTNEXTLINE(readability-non-const-parameter): by __atomic_fetch_xor() */
static int flip(struct shot *shot, unsigned char *data, uint64_t size, uint64_t bits,
		uint64_t *ret_first)
{
	cleanup_free unsigned char *flipped = mem_zalloc(size);

	if (!flipped)
		return -ENOMEM;
	*ret_first = size;
	while (bits) {
		uint64_t bit = rng_next(&shot->fault->rng) % (size * 8);
		unsigned char mask = (unsigned char)(1u << (bit % 8));

		if (flipped[bit / 8] & mask)
			continue;
		flipped[bit / 8] |= mask;
		__atomic_fetch_xor(data + bit / 8, mask, __ATOMIC_SEQ_CST);
		*ret_first = bit / 8 < *ret_first ? bit / 8 : *ret_first;
		bits--;
	}
	return 0;
}

static int corrupt(struct fault_env *env, struct shot *shot, const struct fd_object *object,
		   unsigned char *data, uint64_t size)
{
	uint64_t bits = shot->fault->spec->action.bytes, first;
	cleanup_free unsigned char *before = NULL;
	char label[150];
	int rc;

	if (bits > size * 8)
		return refuse(shot, "%s has only %llu bytes", object->path,
			      (unsigned long long)size);
	before = mem_zalloc(size);
	if (!before)
		return -ENOMEM;
	memcpy(before, data, size);
	rc = flip(shot, data, size, bits, &first);
	if (rc)
		return rc;
	snprintf(shot->text, sizeof(shot->text), "%llu bit%s of %s flipped, the first at byte %llu",
		 (unsigned long long)bits, bits == 1 ? "" : "s",
		 object_label(env, object, label, sizeof(label)), (unsigned long long)first);
	return memcmp(before, data, size) != 0;
}

/* A stray store of another process is what Linux can do; memory that nobody shares stays whole. */
static int check_writer(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	if (env->model == MODEL_ADVERSARIAL ||
	    map_has_other_writer(env->engine, object, shot->tgid))
		return 0;
	return refuse(shot,
		      "no other process can write to %s: only `model: adversarial` can damage it",
		      object->path);
}

static int file_corrupt(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	cleanup_close int fd = -1;
	unsigned char *data;
	struct stat st;
	int rc = check_writer(env, shot, object);

	if (rc)
		return rc;
	fd = open_object(env, shot, object);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st))
		return -errno;
	if (!st.st_size)
		return refuse(shot, "%s is empty", object->path);
	data = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (data == MAP_FAILED)
		return refuse(shot, "%s cannot be mapped: %s", object->path, strerror(errno));
	rc = corrupt(env, shot, object, data, (uint64_t)st.st_size);
	munmap(data, (size_t)st.st_size);
	return rc;
}

int segment_corrupt(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	int id = (int)object->ino, rc = check_writer(env, shot, object);
	unsigned char *data;
	struct shmid_ds ds;

	if (rc)
		return rc;
	if (shmctl(id, IPC_STAT, &ds))
		return refuse(shot, "%s: %s", object->path, strerror(errno));
	data = shmat(id, NULL, 0);
	if (data == (void *)-1)
		return refuse(shot, "%s cannot be attached: %s", object->path, strerror(errno));
	rc = corrupt(env, shot, object, data, ds.shm_segsz);
	shmdt(data);
	return rc;
}

const struct object_ops object_file_ops = {
	.truncate = file_truncate, .unlink = name_unlink, .corrupt = file_corrupt};
