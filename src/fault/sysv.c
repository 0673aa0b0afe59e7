/*
 * sysv.c - System V objects: removed under their users; queues made small,
 * full, empty.
 *
 * We are in the name space of the programs and have their user, so that what
 * is done here is what any other process of that user could do.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "fault/internal.h"

#define FILLER_TYPE LONG_MAX
#define MESSAGE_MAX 8192 /* msgmax cannot be made smaller than what programs rely on */

struct message {
	long type;
	char data[MESSAGE_MAX];
};

static int id_of(const struct fd_object *object)
{
	return (int)object->ino;
}

static int removed(struct fault_env *env, struct shot *shot, const struct fd_object *object, int rc,
		   bool gone)
{
	char label[150];

	if (rc)
		return refuse(shot, "%s cannot be removed: %s", object->path, strerror(errno));
	snprintf(shot->text, sizeof(shot->text), "%s removed",
		 object_label(env, object, label, sizeof(label)));
	return gone;
}

static bool is_gone(void)
{
	return errno == EINVAL || errno == EIDRM;
}

static int msg_remove(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	int id = id_of(object), rc = msgctl(id, IPC_RMID, NULL);
	struct msqid_ds ds;

	return removed(env, shot, object, rc, rc == 0 && msgctl(id, IPC_STAT, &ds) && is_gone());
}

union semun { /* semctl(2): the caller must define it */
	struct semid_ds *buf;
};

static int sem_remove(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	int id = id_of(object), rc = semctl(id, 0, IPC_RMID);
	struct semid_ds ds;

	return removed(env, shot, object, rc,
		       rc == 0 && semctl(id, 0, IPC_STAT, (union semun){&ds}) && is_gone());
}

/* Who has it attached keeps it: only the key and the right to attach it anew are gone. */
static int shm_remove(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	int id = id_of(object), rc = shmctl(id, IPC_RMID, NULL);
	struct shmid_ds ds;

	return removed(env, shot, object, rc,
		       rc == 0 && (shmctl(id, IPC_STAT, &ds) ? is_gone()
							     : (ds.shm_perm.mode & SHM_DEST) != 0));
}

const struct object_ops object_sem_sysv_ops = {.remove = sem_remove};
const struct object_ops object_shm_sysv_ops = {.remove = shm_remove, .corrupt = segment_corrupt};

/* What is there already stays: the queue is just full until enough was taken out. */
static int msg_capacity(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	uint64_t bytes = shot->fault->spec->action.bytes;
	struct msqid_ds ds;
	char label[150];
	int id = id_of(object);

	if (msgctl(id, IPC_STAT, &ds))
		return refuse(shot, "%s: %s", object->path, strerror(errno));
	ds.msg_qbytes = (msglen_t)bytes;
	if (msgctl(id, IPC_SET, &ds))
		return refuse(shot, "the kernel refuses that size: %s", strerror(errno));
	snprintf(shot->text, sizeof(shot->text), "capacity of %s set to %llu bytes",
		 object_label(env, object, label, sizeof(label)), (unsigned long long)bytes);
	return msgctl(id, IPC_STAT, &ds) == 0 && ds.msg_qbytes == bytes;
}

static int put_filler(int id, struct message *m, size_t *ret_count)
{
	struct msqid_ds ds;

	m->type = FILLER_TYPE;
	for (*ret_count = 0;; ++*ret_count) {
		size_t room;

		if (msgctl(id, IPC_STAT, &ds))
			return -errno;
		if (ds.__msg_cbytes >= ds.msg_qbytes)
			return 0;
		room = ds.msg_qbytes - ds.__msg_cbytes;
		if (msgsnd(id, m, room < MESSAGE_MAX ? room : MESSAGE_MAX, IPC_NOWAIT))
			return errno == EAGAIN ? 0 : -errno;
	}
}

/* Takes out @count messages of that type, 0 = any; fewer when there are fewer. */
static int take(int id, struct message *m, long type, size_t count, size_t *ret_taken)
{
	for (*ret_taken = 0; *ret_taken < count; ++*ret_taken)
		if (msgrcv(id, m, MESSAGE_MAX, type, IPC_NOWAIT | MSG_NOERROR) < 0)
			return errno == ENOMSG ? 0 : -errno;
	return 0;
}

/* Behind the program's messages, and of a type that programs do not use. */
static int msg_fill(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	cleanup_free struct message *m = mem_zalloc(sizeof(*m));
	char label[150];
	size_t count;
	int rc;

	if (!m)
		return -ENOMEM;
	if (has_reader_inside(env, object))
		return refuse(shot, "a receiver waits at %s: it cannot be full", object->path);
	rc = put_filler(id_of(object), m, &count);
	if (rc)
		return refuse(shot, "%s: %s", object->path, strerror(-rc));
	if (!count)
		return refuse(shot, "%s is full already", object->path);
	snprintf(shot->text, sizeof(shot->text), "%s filled to the brim",
		 object_label(env, object, label, sizeof(label)));
	rc = filler_remember(env, object, count);
	return rc ? rc : 1;
}

static int msg_take_filler(struct fault_env *env, const struct fd_object *object, size_t size,
			   struct tracee *t, int fd)
{
	cleanup_free struct message *m = mem_zalloc(sizeof(*m));
	size_t taken;
	int rc;

	(void)env;
	(void)t;
	(void)fd;
	if (!m)
		return -ENOMEM;
	rc = take(id_of(object), m, FILLER_TYPE, size, &taken);
	return rc == -EINVAL || rc == -EIDRM ? 0 : rc; /* it went with the queue */
}

static int msg_drain(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	cleanup_free struct message *m = mem_zalloc(sizeof(*m));
	size_t taken;
	int rc;

	if (!m)
		return -ENOMEM;
	rc = take(id_of(object), m, 0, SIZE_MAX, &taken);
	if (rc)
		return refuse(shot, "%s: %s", object->path, strerror(-rc));
	return tell_drained(env, shot, object, taken, "message");
}

const struct object_ops object_msg_sysv_ops = {.capacity = msg_capacity,
					       .fill = msg_fill,
					       .drain = msg_drain,
					       .remove = msg_remove,
					       .take_filler = msg_take_filler};
