#include "sandbox/made.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdlib.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "sandbox/internal.h"

static bool is_sysv(enum object_kind kind)
{
	return kind == OBJECT_SHM_SYSV || kind == OBJECT_SEM_SYSV || kind == OBJECT_MSG_SYSV;
}

/* Whoever may only write to a queue may see that it is there. */
static int open_queue(const char *name)
{
	int fd = mq_open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 && errno == EACCES)
		fd = mq_open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	return fd;
}

static int stat_object(enum object_kind kind, const char *path, struct statx *ret_st)
{
	const unsigned mask = STATX_INO | STATX_BTIME;
	cleanup_close int fd = -1;

	if (kind != OBJECT_MQ_POSIX)
		return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, mask, ret_st) ? -errno : 0;
	fd = open_queue(path);
	if (fd < 0)
		return -errno;
	return statx(fd, "", AT_EMPTY_PATH, mask, ret_st) ? -errno : 0;
}

/* A number for the file's handle; 0 = it has none. */
static uint64_t hash_handle(enum object_kind kind, const char *path)
{
	union {
		struct file_handle head;
		unsigned char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} handle = {.head.handle_bytes = MAX_HANDLE_SZ};
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	int mount;

	if (kind == OBJECT_MQ_POSIX || name_to_handle_at(AT_FDCWD, path, &handle.head, &mount, 0))
		return 0;
	for (size_t i = 0; i < sizeof(struct file_handle) + handle.head.handle_bytes; i++)
		hash = (hash ^ handle.bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static void note_identity(const struct statx *st, struct made_object *made)
{
	made->dev = (uint64_t)st->stx_dev_major << 32 | st->stx_dev_minor;
	made->ino = st->stx_ino;
	if (st->stx_mask & STATX_BTIME)
		made->born_ns = (uint64_t)st->stx_btime.tv_sec * NS_PER_S + st->stx_btime.tv_nsec;
}

static int sysv_find(enum object_kind kind, key_t key)
{
	if (kind == OBJECT_SHM_SYSV)
		return shmget(key, 0, 0);
	return kind == OBJECT_SEM_SYSV ? semget(key, 0, 0) : msgget(key, 0);
}

bool made_is_there(enum object_kind kind, const char *path, key_t key)
{
	struct statx st = {0};

	if (is_sysv(kind))
		return key != IPC_PRIVATE && (sysv_find(kind, key) >= 0 || errno != ENOENT);
	return stat_object(kind, path, &st) != -ENOENT;
}

int made_by_name(enum object_kind kind, const char *path, struct made_object *ret_made)
{
	struct made_object made = {.kind = kind};
	struct statx st = {0};
	int rc = stat_object(kind, path, &st);

	if (rc)
		return rc;
	note_identity(&st, &made);
	made.handle = hash_handle(kind, path);
	made.path = mem_strdup(path);
	made.name = object_name_of_path(&made.kind, path);
	if (!made.path || !made.name) {
		made_release(&made);
		return -ENOMEM;
	}
	*ret_made = made;
	return 0;
}

int made_by_id(enum object_kind kind, int id, key_t key, struct made_object *ret_made)
{
	struct made_object made = {.kind = kind, .id = id};

	made.name = object_name(kind, NULL, id, key);
	if (!made.name)
		return -ENOMEM;
	*ret_made = made;
	return 0;
}

bool made_is_left(const struct made_object *made)
{
	struct made_object now = {0};
	struct statx st = {0};

	if (is_sysv(made->kind))
		return object_is_sysv_there(made->kind, made->id);
	if (stat_object(made->kind, made->path, &st))
		return false;
	note_identity(&st, &now);
	return now.dev == made->dev && now.ino == made->ino && now.born_ns == made->born_ns &&
	       hash_handle(made->kind, made->path) == made->handle;
}

void made_remove(const struct made_object *made)
{
	if (!made_is_left(made))
		return;
	if (is_sysv(made->kind))
		object_remove_sysv(made->kind, made->id);
	else if (made->kind == OBJECT_MQ_POSIX)
		mq_unlink(made->path);
	else
		unlink(made->path);
}

void made_release(struct made_object *made)
{
	free(made->name);
	free(made->path);
}
