/* Which fault can strike which mechanism at all: the cells of `ipcfault list coverage`. */
#include "base/util.h"
#include "sys/kernel_model.h"

#define ON(name) (1U << MECHANISM_##name)

#define EVERYWHERE ((1U << MECHANISM_MAX_) - 1)
#define PIPES	   (ON(PIPE) | ON(FIFO))
#define CONNECTED  (ON(UNIX_STREAM) | ON(UNIX_SEQPACKET) | ON(TCP))
#define UNIX	   (ON(UNIX_STREAM) | ON(UNIX_DGRAM) | ON(UNIX_SEQPACKET))
#define SOCKETS	   (UNIX | ON(FD_PASSING) | ON(TCP) | ON(UDP))
#define QUEUES	   (ON(MQ_POSIX) | ON(MSG_SYSV))
#define MEMORY	   (ON(SHM_POSIX) | ON(SHM_SYSV) | ON(MMAP))
#define SYSV	   (ON(MSG_SYSV) | ON(SHM_SYSV) | ON(SEM_SYSV))

_Static_assert(MECHANISM_MAX_ < 32, "a mechanism is a bit of an unsigned");

/* clang-format off */
static const struct fault_row {
	unsigned mechanisms;
	const char *reason; /* …why not the others */
} rows[] = {
	[ACTION_ERRNO]            = { EVERYWHERE, NULL },
	[ACTION_ERRNO_AFTER]      = { PIPES | ON(UNIX_STREAM) | ON(TCP) | ON(MMAP) | ON(PROCESS), "only close, connect and write-back fail after the fact" },
	[ACTION_RETURN]           = { PIPES | CONNECTED | ON(FUTEX), "only an end of input and a spurious wake-up can be made up" },
	[ACTION_SHORT]            = { PIPES | ON(UNIX_STREAM) | ON(FD_PASSING) | ON(TCP) | ON(PROCESS), "nothing is transferred in part" },
	[ACTION_SIGNAL]           = { EVERYWHERE, NULL },
	[ACTION_PULSE]            = { ON(SIGNAL) | PIPES | SOCKETS | ON(MQ_POSIX) | ON(SEM_SYSV) | ON(EVENTFD) | ON(FILE_LOCK) | ON(PROCESS), "its calls go on after SIGCONT as if nothing had been" },
	[ACTION_KILL]             = { EVERYWHERE, NULL },
	[ACTION_DELAY]            = { EVERYWHERE, NULL },
	[ACTION_STOP]             = { EVERYWHERE, NULL },
	[ACTION_CLOSE_PEER]       = { PIPES | UNIX | ON(FD_PASSING) | ON(TCP), "it has no other end" },
	[ACTION_SHUTDOWN]         = { UNIX | ON(TCP), "it has no two directions" },
	[ACTION_RESET]            = { CONNECTED, "it has no connection" },
	[ACTION_CAPACITY]         = { PIPES | UNIX | ON(TCP) | ON(UDP) | ON(MSG_SYSV), "it has no buffer whose size can be changed" },
	[ACTION_FILL]             = { PIPES | UNIX | ON(TCP) | QUEUES | ON(EVENTFD), "it cannot be full" },
	[ACTION_DRAIN]            = { PIPES | UNIX | ON(TCP) | ON(UDP) | QUEUES | ON(EVENTFD), "it holds nothing that could be taken" },
	[ACTION_TRUNCATE]         = { ON(SHM_POSIX) | ON(MMAP), "it is no file that can be cut" },
	[ACTION_UNLINK]           = { ON(FIFO) | UNIX | ON(SHM_POSIX) | ON(MMAP) | ON(SEM_POSIX) | ON(FILE_LOCK) | ON(PROCESS), "it has no name in a file system" },
	[ACTION_REMOVE]           = { SYSV | ON(MQ_POSIX), "only queues and System V objects are removed under their users: see `unlink`" },
	[ACTION_CORRUPT]          = { MEMORY, "the kernel does not damage what it moves; say `model: adversarial` to do so" },
	[ACTION_TEAR]             = { ON(SHM_POSIX) | ON(MMAP), "it is no file that a call writes to" },
	[ACTION_DROP]             = { ON(UDP), "nothing is lost there" },
	[ACTION_DUPLICATE]        = { ON(UDP), "nothing arrives twice there" },
	[ACTION_REORDER]          = { ON(UDP), "the order is kept there" },
	[ACTION_TRUNCATE_MESSAGE] = { ON(UNIX_DGRAM) | ON(UNIX_SEQPACKET) | ON(UDP) | ON(MSG_SYSV), "it has no messages that could be cut" },
	[ACTION_LOSE_FDS]         = { ON(FD_PASSING), "no descriptors are passed" },
	[ACTION_LIMIT]            = { ON(SIGNAL) | PIPES | SOCKETS | ON(MQ_POSIX) | MEMORY | ON(SEM_POSIX) | ON(EVENTFD) | ON(PROCESS), "no limit of a process is about it" },
	[ACTION_WAKE]             = { ON(FUTEX), "only a futex wakes without a reason" },
	[ACTION_NONBLOCK]         = { PIPES | SOCKETS | ON(MQ_POSIX) | ON(EVENTFD), "no call waits at a descriptor of it" },
};
/* clang-format on */
_Static_assert(ARRAY_SIZE(rows) == ACTION_MAX_, "one row for each action");

bool kernel_allows_fault(enum mechanism mechanism, enum action_kind action, const char **ret_reason)
{
	const struct fault_row *row = &rows[action];

	if (row->mechanisms >> mechanism & 1)
		return true;
	*ret_reason = row->reason;
	return false;
}
