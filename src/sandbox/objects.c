/* The IPC objects of a worker's namespaces: listed for the leak oracle, removed after each run. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "sandbox/internal.h"
#include "sandbox/tmp.h"

#define SHM_FOLDER "/dev/shm"
#define SEM_PREFIX "sem." /* what glibc and musl put before the name of sem_open() */

static const char *const kind_names[] = {
	[OBJECT_SHM_POSIX] = "POSIX shared memory",
	[OBJECT_SEM_POSIX] = "POSIX semaphore",
	[OBJECT_MQ_POSIX] = "POSIX message queue",
	[OBJECT_SHM_SYSV] = "System V shared memory",
	[OBJECT_SEM_SYSV] = "System V semaphores",
	[OBJECT_MSG_SYSV] = "System V message queue",
	[OBJECT_SOCKET] = "Unix socket",
	[OBJECT_FIFO] = "FIFO",
};
_Static_assert(ARRAY_SIZE(kind_names) == OBJECT_MAX_, "one name for each kind");

const char *object_kind_name(enum object_kind kind)
{
	return kind_names[kind];
}

/* Called for each object; @id for System V, @file for the others. */
typedef int visit_fn(void *ctx, enum object_kind kind, const char *file, int id, key_t key);

/*
 * Both file systems count their entries in the size of the root, tmpfs in
 * mm/shmem.c and mqueue in ipc/mqueue.c; it is not zero where there are none.
 */
static int visit_folder(int fd, off_t *empty_size, enum object_kind kind, visit_fn *visit,
			void *ctx)
{
	cleanup_closedir DIR *dir = NULL;
	struct dirent *entry;
	bool is_empty = true;
	struct stat st = {0};
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && st.st_size && st.st_size == *empty_size) {
		close(fd);
		return 0;
	}
	dir = fdopendir(fd);
	if (!dir) {
		rc = -errno;
		close(fd);
		return rc;
	}
	while (!rc && (entry = readdir(dir))) {
		bool sem = kind == OBJECT_SHM_POSIX && !strncmp(entry->d_name, SEM_PREFIX, 4);

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		is_empty = false;
		rc = visit(ctx, sem ? OBJECT_SEM_POSIX : kind, entry->d_name, 0, 0);
	}
	if (is_empty)
		*empty_size = st.st_size;
	return rc;
}

/*
 * The X_INFO commands return the highest index in use, 0 also when there is
 * none, and how many there are; the X_STAT ones take an index: shmctl(2).
 */
static int visit_shm(visit_fn *visit, void *ctx)
{
	struct shm_info info;
	int last = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&info), rc = 0;

	for (int i = 0; i <= last && info.used_ids && !rc; i++) {
		struct shmid_ds ds;
		int id = shmctl(i, SHM_STAT, &ds);

		/* Removed, but still attached somewhere: gone with its last user. */
		if (id >= 0 && !(ds.shm_perm.mode & SHM_DEST))
			rc = visit(ctx, OBJECT_SHM_SYSV, NULL, id, ds.shm_perm.__key);
	}
	return rc;
}

union semun { /* semctl(2): the caller must define it */
	int val;
	struct semid_ds *buf;
	unsigned short *array;
	struct seminfo *info;
};

static int visit_sem(visit_fn *visit, void *ctx)
{
	struct seminfo info = {0};
	int last = semctl(0, 0, SEM_INFO, (union semun){.info = &info}), rc = 0;

	for (int i = 0; i <= last && info.semusz && !rc; i++) {
		struct semid_ds ds = {0};
		int id = semctl(i, 0, SEM_STAT, (union semun){.buf = &ds});

		if (id >= 0)
			rc = visit(ctx, OBJECT_SEM_SYSV, NULL, id, ds.sem_perm.__key);
	}
	return rc;
}

static int visit_msg(visit_fn *visit, void *ctx)
{
	struct msginfo info;
	int last = msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&info), rc = 0;

	for (int i = 0; i <= last && info.msgpool && !rc; i++) {
		struct msqid_ds ds;
		int id = msgctl(i, MSG_STAT, &ds);

		if (id >= 0)
			rc = visit(ctx, OBJECT_MSG_SYSV, NULL, id, ds.msg_perm.__key);
	}
	return rc;
}

static int visit_all(struct sandbox *sandbox, visit_fn *visit, void *ctx)
{
	int rc = 0;

	if (sandbox->parts[SANDBOX_SHM].isolated)
		rc = visit_folder(open(SHM_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
				  &sandbox->empty_shm, OBJECT_SHM_POSIX, visit, ctx);
	if (!rc && sandbox->parts[SANDBOX_MQUEUE].isolated)
		rc = visit_folder(openat(sandbox->mqueue_fd, ".",
					 O_RDONLY | O_DIRECTORY | O_CLOEXEC),
				  &sandbox->empty_mqueue, OBJECT_MQ_POSIX, visit, ctx);
	if (rc || !sandbox->parts[SANDBOX_IPC].isolated)
		return rc;
	rc = visit_shm(visit, ctx);
	rc = rc ? rc : visit_sem(visit, ctx);
	return rc ? rc : visit_msg(visit, ctx);
}

struct list {
	struct sandbox_object *objects;
	size_t count;
};

char *object_name(enum object_kind kind, const char *file, int id, key_t key)
{
	if (kind == OBJECT_SEM_POSIX)
		return mem_printf("/%s", file + strlen(SEM_PREFIX));
	if (file)
		return mem_printf("/%s", file);
	return mem_printf("key 0x%x (id %d)", (unsigned)key, id);
}

char *object_name_of_path(enum object_kind *kind, const char *path)
{
	const char *file = strrchr(path, '/');

	if (*kind != OBJECT_SHM_POSIX)
		return mem_strdup(path);
	file = file ? file + 1 : path;
	if (strncmp(file, SEM_PREFIX, strlen(SEM_PREFIX)) == 0)
		*kind = OBJECT_SEM_POSIX;
	return object_name(*kind, file, 0, 0);
}

bool object_is_sysv_there(enum object_kind kind, int id)
{
	struct shmid_ds shm = {0};
	struct msqid_ds msg;
	struct semid_ds sem;
	int rc;

	if (kind == OBJECT_SHM_SYSV)
		rc = shmctl(id, IPC_STAT, &shm);
	else if (kind == OBJECT_MSG_SYSV)
		rc = msgctl(id, IPC_STAT, &msg);
	else
		rc = semctl(id, 0, IPC_STAT, (union semun){.buf = &sem});
	return rc ? errno == EACCES : !(shm.shm_perm.mode & SHM_DEST);
}

void object_remove_sysv(enum object_kind kind, int id)
{
	if (kind == OBJECT_SHM_SYSV)
		shmctl(id, IPC_RMID, NULL);
	else if (kind == OBJECT_SEM_SYSV)
		semctl(id, 0, IPC_RMID);
	else
		msgctl(id, IPC_RMID, NULL);
}

static int add_object(void *ctx, enum object_kind kind, const char *file, int id, key_t key)
{
	struct list *list = ctx;
	cleanup_free char *name = object_name(kind, file, id, key);
	struct sandbox_object *object;

	object = name ? mem_append(&list->objects, &list->count, sizeof(*object)) : NULL;
	if (!object)
		return -ENOMEM;
	*object = (struct sandbox_object){kind, TAKE_PTR(name)};
	return 0;
}

int sandbox_objects(struct sandbox *sandbox, struct sandbox_object **ret_objects, size_t *ret_count,
		    struct err *err)
{
	struct list list = {NULL, 0};
	int rc = visit_all(sandbox, add_object, &list);

	if (rc) {
		sandbox_objects_free(list.objects, list.count);
		return err_errno(err, rc, "list the IPC objects");
	}
	*ret_objects = list.objects;
	*ret_count = list.count;
	return 0;
}

void sandbox_objects_free(struct sandbox_object *objects, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(objects[i].name);
	free(objects);
}

static void remove_file(const char *folder, const char *file)
{
	char path[sizeof(SHM_FOLDER) + NAME_MAX + 2];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	tmp_remove(path, NULL);
}

static int remove_object(void *ctx, enum object_kind kind, const char *file, int id, key_t key)
{
	const struct sandbox *sandbox = ctx;

	(void)key;
	switch (kind) {
	case OBJECT_SHM_POSIX:
	case OBJECT_SEM_POSIX:
		remove_file(SHM_FOLDER, file);
		break;
	case OBJECT_MQ_POSIX:
		unlinkat(sandbox->mqueue_fd, file, 0);
		break;
	default:
		object_remove_sysv(kind, id);
		break;
	}
	return 0;
}

void objects_remove(struct sandbox *sandbox)
{
	visit_all(sandbox, remove_object, sandbox);
}
