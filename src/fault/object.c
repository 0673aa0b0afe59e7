/*
 * object.c - what can be done to the object that a call is about, by its kind.
 */
#include "base/cleanup.h"
#include "fault/internal.h"

#define ANY_MODE 7u

/* clang-format off */
static const struct object_ops *const object_table[FD_KIND_MAX_] = {
	[FD_KIND_FILE]        = &object_file_ops,
	[FD_KIND_PIPE]        = &object_pipe_ops,
	[FD_KIND_FIFO]        = &object_pipe_ops,
	[FD_KIND_UNIX_STREAM] = &object_stream_ops,
	[FD_KIND_UNIX_DGRAM]  = &object_unix_dgram_ops,
	[FD_KIND_UNIX_SEQPACKET] = &object_seqpacket_ops,
	[FD_KIND_TCP]         = &object_stream_ops,
	[FD_KIND_UDP]         = &object_udp_ops,
	[FD_KIND_EVENTFD]     = &object_eventfd_ops,
	[FD_KIND_MQUEUE]      = &object_mqueue_ops,
	[FD_KIND_MSG_SYSV]    = &object_msg_sysv_ops,
	[FD_KIND_SEM_SYSV]    = &object_sem_sysv_ops,
	[FD_KIND_SHM_SYSV]    = &object_shm_sysv_ops,
};
/* clang-format on */

const struct object_ops *object_ops_of(enum fd_kind kind)
{
	static const struct object_ops none;

	return object_table[kind] ? object_table[kind] : &none;
}

int any_holder(struct fault_env *env, struct shot *shot, const struct fd_object *object,
	       struct fd_holder *ret_holder)
{
	cleanup_free struct fd_holder *holders = NULL;
	char label[150];
	size_t count;
	int rc = fd_holders(env->engine, object, ANY_MODE, &holders, &count);

	if (rc)
		return rc;
	if (!count)
		return refuse(shot, "nobody holds %s",
			      object_label(env, object, label, sizeof(label)));
	*ret_holder = holders[0];
	return 0;
}

static object_fault *fault_of(const struct object_ops *ops, enum action_kind kind)
{
	switch (kind) {
	case ACTION_CAPACITY:
		return ops->capacity;
	case ACTION_FILL:
		return ops->fill;
	case ACTION_DRAIN:
		return ops->drain;
	case ACTION_REMOVE:
		return ops->remove;
	case ACTION_TRUNCATE:
		return ops->truncate;
	case ACTION_UNLINK:
		return ops->unlink;
	case ACTION_CORRUPT:
		return ops->corrupt;
	default:
		return NULL;
	}
}

static int fire_at_object(struct fault_env *env, struct shot *shot, const struct moment *at,
			  struct err *err)
{
	enum action_kind kind = shot->fault->spec->action.kind;
	struct fd_object object;
	object_fault *fire;
	int rc = struck_object(env, shot, at, &object);

	(void)err;
	if (rc)
		return rc;
	fire = fault_of(object_ops_of(object.kind), kind);
	if (!fire)
		return refuse(shot, "`%s` means nothing to %s (%s)",
			      vocab_name(&action_vocab, (int)kind), object.path,
			      vocab_name(&fd_kind_vocab, (int)object.kind));
	return fire(env, shot, &object);
}

const struct action_ops ops_object = {.fire = fire_at_object};
