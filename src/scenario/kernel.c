#include <sys/socket.h>

#include "scenario/scenario_file.h"

#include "base/util.h"
#include "sys/kernel_model.h"

static bool allows(const struct action_spec *action, int call, const char **ret_reason)
{
	switch (action->kind) {
	case ACTION_ERRNO:
		return kernel_allows_errno(call, action->error, false, ret_reason);
	case ACTION_ERRNO_AFTER:
		return kernel_allows_errno(call, action->error, true, ret_reason);
	case ACTION_SHORT:
		return kernel_allows_short(call, ret_reason);
	default:
		return true;
	}
}

const char *kernel_model_refusal(const struct action_spec *action,
				 const struct trigger_spec *trigger)
{
	const char *first = NULL;

	for (size_t i = 0; i < trigger->call_count; i++) {
		const char *reason = "this call never does so";

		if (allows(action, trigger->calls[i], &reason))
			return NULL;
		if (!first)
			first = reason;
	}
	return first;
}

/* --- what is struck -------------------------------------------------------- */

#define OF(action) (UINT64_C(1) << ACTION_##action)
#define OBJECTS	   (OF(CLOSE_PEER) | OF(SHUTDOWN) | OF(RESET) | OF(CAPACITY) | OF(FILL) | OF(DRAIN))
#define NAMED_OBJECTS                                                                              \
	(OF(TRUNCATE) | OF(UNLINK) | OF(REMOVE) | OF(CORRUPT) | OF(TEAR) | OF(NONBLOCK))
#define MESSAGES (OF(DROP) | OF(DUPLICATE) | OF(REORDER) | OF(TRUNCATE_MESSAGE) | OF(LOSE_FDS))

#define ON(mechanism) (1u << MECHANISM_##mechanism)

/* The mechanisms that are used through such a descriptor, 0 = none in particular. */
static unsigned mechanisms_of_kind(enum fd_kind kind)
{
	static const unsigned mechanisms[FD_KIND_MAX_] = {
		[FD_KIND_FILE] = ON(MMAP) | ON(FILE_LOCK) | ON(SHM_POSIX) | ON(PROCESS),
		[FD_KIND_PIPE] = ON(PIPE),
		[FD_KIND_FIFO] = ON(FIFO),
		[FD_KIND_UNIX_STREAM] = ON(UNIX_STREAM) | ON(FD_PASSING),
		[FD_KIND_UNIX_DGRAM] = ON(UNIX_DGRAM) | ON(FD_PASSING),
		[FD_KIND_UNIX_SEQPACKET] = ON(UNIX_SEQPACKET) | ON(FD_PASSING),
		[FD_KIND_TCP] = ON(TCP),
		[FD_KIND_UDP] = ON(UDP),
		[FD_KIND_EVENTFD] = ON(EVENTFD),
		[FD_KIND_MQUEUE] = ON(MQ_POSIX),
		[FD_KIND_MSG_SYSV] = ON(MSG_SYSV),
		[FD_KIND_SEM_SYSV] = ON(SEM_SYSV),
		[FD_KIND_SHM_SYSV] = ON(SHM_SYSV),
	};

	return mechanisms[kind];
}

static unsigned mechanisms_of_channel(const struct channel *channel)
{
	static const unsigned mechanisms[CHANNEL_MAX_] = {
		[CHANNEL_PIPE] = ON(PIPE),     [CHANNEL_FIFO] = ON(FIFO),
		[CHANNEL_TCP] = ON(TCP),       [CHANNEL_MQ] = ON(MQ_POSIX),
		[CHANNEL_SHM] = ON(SHM_POSIX), [CHANNEL_FILE] = ON(MMAP) | ON(PROCESS),
	};

	if (channel->kind != CHANNEL_SOCKETPAIR)
		return mechanisms[channel->kind];
	return mechanisms_of_kind(channel->socket_type == SOCK_STREAM  ? FD_KIND_UNIX_STREAM
				  : channel->socket_type == SOCK_DGRAM ? FD_KIND_UNIX_DGRAM
								       : FD_KIND_UNIX_SEQPACKET);
}

/* Of what the fault strikes, as far as the file tells; *@ret_name: how it is called there. */
static unsigned mechanisms_struck(const struct scenario *s, const struct fault_spec *fault,
				  const char **ret_name)
{
	const struct on_spec *on = &fault->at.on;
	int channel = fault->action.of_channel;

	if (channel == INDEX_NONE && on->kind == ON_CHANNEL)
		channel = on->channel;
	if (channel != INDEX_NONE) {
		*ret_name = s->channels[channel].name;
		return mechanisms_of_channel(&s->channels[channel]);
	}
	if (on->kind != ON_FD_KIND)
		return 0;
	*ret_name = vocab_name(&fd_kind_vocab, (int)on->fd_kind);
	return mechanisms_of_kind(on->fd_kind);
}

const char *kernel_object_refusal(const struct scenario *s, const struct fault_spec *fault,
				  const char **ret_name)
{
	const char *reason = NULL;
	unsigned mechanisms;

	if (!((OBJECTS | NAMED_OBJECTS | MESSAGES | OF(SHORT)) >> fault->action.kind & 1))
		return NULL;
	mechanisms = mechanisms_struck(s, fault, ret_name);
	for (int i = 0; i < MECHANISM_MAX_; i++)
		if (mechanisms >> i & 1 &&
		    kernel_allows_fault((enum mechanism)i, fault->action.kind, &reason))
			return NULL;
	return mechanisms ? reason : NULL;
}
