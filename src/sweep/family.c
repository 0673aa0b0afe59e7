#include "sweep/family.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/util.h"
#include "sys/syscalls.h"

/* clang-format off */
static const struct vocab_row rows[] = {
	[FAULT_INTERRUPTED] = { "interrupted",  "EINTR", false },
	[FAULT_TRY_AGAIN]   = { "try-again",    "EAGAIN", false },
	[FAULT_NO_SPACE]    = { "no-space",     "a full disk, a quota, a limit of size", false },
	[FAULT_IO]          = { "io",           "EIO", false },
	[FAULT_RESOURCES]   = { "no-resources", "no descriptors, memory or processes left", false },
	[FAULT_DENIED]      = { "denied",       "a permission that is missing", false },
	[FAULT_MISSING]     = { "missing",      "what is gone", false },
	[FAULT_NETWORK]     = { "network",      "a partner or a net that does not answer", false },
	[FAULT_TIMEOUT]     = { "timeout",      "a time limit that ran out", false },
	[FAULT_SHORT]       = { "short",        "fewer bytes than asked for", false },
	[FAULT_SIGNAL]      = { "signal",       "a signal that has a handler", false },
	[FAULT_STORM]       = { "storm",        "the same signal many times", false },
	[FAULT_PULSE]       = { "pulse",        "SIGSTOP and SIGCONT", false },
	[FAULT_FULL]        = { "full",         "a buffer that has no room left", false },
	[FAULT_SMALL]       = { "small",        "a buffer that is small", false },
	[FAULT_NONBLOCK]    = { "nonblock",     "O_NONBLOCK set by somebody who shares it", false },
	[FAULT_RESET]       = { "reset",        "a connection that is reset", false },
	[FAULT_REMOVED]     = { "removed",      "an object that is removed under its users", false },
	[FAULT_CUT]         = { "cut",          "a mapped object that is cut", false },
	[FAULT_LOST]        = { "lost",         "a datagram that is lost", false },
	[FAULT_TWICE]       = { "twice",        "a datagram that comes twice", false },
	[FAULT_LATE]        = { "late",         "a datagram that comes after the next one", false },
	[FAULT_KILLED]      = { "killed",       "the process dies there", false },
	[FAULT_PEER_KILLED] = { "peer-killed",  "another process dies meanwhile", false },
	[FAULT_HOLDER_KILLED] = { "holder-killed", "the process dies with a shared lock in its hands", false },
	[FAULT_HOLDER_SLOW] = { "holder-slow", "the process holds a shared lock for long", false },
	[FAULT_WRITTEN]     = { "written",      "what the file says itself", false },
};
/* clang-format on */
_Static_assert(ARRAY_SIZE(rows) == FAULT_FAMILY_MAX_, "one row for each family");
const struct vocab fault_family_vocab = {"family of faults", rows, FAULT_FAMILY_MAX_};

static const struct error_family {
	int error;
	enum fault_family family;
} families[] = {
	{EINTR, FAULT_INTERRUPTED},   {EAGAIN, FAULT_TRY_AGAIN},      {ENOSPC, FAULT_NO_SPACE},
	{EDQUOT, FAULT_NO_SPACE},     {EFBIG, FAULT_NO_SPACE},	      {EIO, FAULT_IO},
	{EMFILE, FAULT_RESOURCES},    {ENFILE, FAULT_RESOURCES},      {ENOMEM, FAULT_RESOURCES},
	{ENOBUFS, FAULT_RESOURCES},   {ENOLCK, FAULT_RESOURCES},      {EACCES, FAULT_DENIED},
	{EPERM, FAULT_DENIED},	      {EROFS, FAULT_DENIED},	      {ENOENT, FAULT_MISSING},
	{ESRCH, FAULT_MISSING},	      {ECONNREFUSED, FAULT_NETWORK},  {EHOSTUNREACH, FAULT_NETWORK},
	{ENETUNREACH, FAULT_NETWORK}, {ENETDOWN, FAULT_NETWORK},      {ECONNABORTED, FAULT_NETWORK},
	{EADDRINUSE, FAULT_NETWORK},  {EADDRNOTAVAIL, FAULT_NETWORK}, {ETIMEDOUT, FAULT_TIMEOUT},
};

/* The limits of processes and timers answer EAGAIN. */
static const char *const makers[] = {"fork", "vfork", "clone", "clone3", "timer_create"};

/*
 * What the model allows and nothing outside the program brings about: a child
 * that was not waited for is there, an object that the call itself makes
 * cannot be missing, waiting needs no memory.
 */
static const struct exception {
	const char *call;
	unsigned families;
} exceptions[] = {
#define F(name) (1u << FAULT_##name)
	{"kill", F(MISSING) | F(DENIED)},
	{"tkill", F(MISSING) | F(DENIED)},
	{"tgkill", F(MISSING) | F(DENIED)},
	{"rt_sigqueueinfo", F(MISSING) | F(DENIED)},
	{"rt_tgsigqueueinfo", F(MISSING) | F(DENIED)},
	{"pidfd_send_signal", F(MISSING) | F(DENIED)},
	{"pidfd_open", F(MISSING) | F(DENIED)},
	{"pidfd_getfd", F(MISSING) | F(DENIED)},
	{"mq_open", F(MISSING)},
	{"msgget", F(MISSING)},
	{"semget", F(MISSING)},
	{"shmget", F(MISSING)},
	{"shmat", F(DENIED)},
	{"shmctl", F(RESOURCES) | F(DENIED)},
	{"semctl", F(DENIED)},
	{"msgctl", F(DENIED)},
	{"msgsnd", F(DENIED) | F(RESOURCES)},
	{"msgrcv", F(DENIED) | F(RESOURCES)},
	{"mq_timedsend", F(RESOURCES)},
	{"mq_timedreceive", F(RESOURCES)},
	{"semop", F(DENIED) | F(NO_SPACE)},
	{"semtimedop", F(DENIED) | F(NO_SPACE)},
	{"sendto", F(DENIED) | F(RESOURCES)},
	{"sendmsg", F(DENIED) | F(RESOURCES)},
	{"sendmmsg", F(DENIED) | F(RESOURCES)},
	{"poll", F(RESOURCES)},
	{"ppoll", F(RESOURCES)},
	{"select", F(RESOURCES)},
	{"pselect6", F(RESOURCES)},
	{"recvfrom", F(RESOURCES)},
	{"recvmsg", F(RESOURCES)},
	{"mmap", F(TRY_AGAIN) | F(DENIED)},
	{"fork", F(DENIED) | F(NO_SPACE)},
	{"vfork", F(DENIED) | F(NO_SPACE)},
	{"clone", F(DENIED) | F(NO_SPACE)},
	{"clone3", F(DENIED) | F(NO_SPACE)},
	{"flock", F(RESOURCES)},
	{"setsockopt", F(RESOURCES) | F(DENIED)},
	{"write", F(DENIED) | F(RESOURCES)},
	{"writev", F(DENIED) | F(RESOURCES)},
	{"pwrite64", F(DENIED)},
	{"copy_file_range", F(DENIED)},
#undef F
};

static bool is_maker(const char *call)
{
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++)
		if (strcmp(makers[i], call) == 0)
			return true;
	return false;
}

static bool is_excepted(const char *call, enum fault_family family)
{
	for (size_t i = 0; i < ARRAY_SIZE(exceptions); i++)
		if (strcmp(exceptions[i].call, call) == 0 && exceptions[i].families >> family & 1)
			return true;
	return false;
}

/* A firewall says so, see accept(2): there is none between the processes of one machine. */
static bool is_of_firewall(const char *call, enum fd_kind kind, enum fault_family family)
{
	return family == FAULT_DENIED && strncmp(call, "accept", strlen("accept")) == 0 &&
	       (kind == FD_KIND_UNIX_STREAM || kind == FD_KIND_UNIX_SEQPACKET);
}

bool call_is_of(const char *call, unsigned any_of)
{
	const struct syscall_row *row = syscall_get(syscall_from_name(call));

	return row && row->families & any_of;
}

/* What is full is really filled: who finds no room may know that somebody has much to read. */
static bool is_filled_instead(const char *call, enum fd_kind kind)
{
	return call_is_of(call, FAMILY_WRITES | FAMILY_SENDS) && family_can_fill(kind);
}

bool family_can_fill(enum fd_kind kind)
{
	switch (kind) {
	case FD_KIND_PIPE:
	case FD_KIND_FIFO:
	case FD_KIND_EVENTFD:
	case FD_KIND_MQUEUE:
	case FD_KIND_MSG_SYSV:
		return true;
	default:
		return false;
	}
}

/*
 * A connection that is lost stays so, and this error would come once: `reset`
 * is true.  Datagrams are refused one by one.
 */
static bool is_of_lost_connection(const char *call, enum fd_kind kind, enum fault_family family)
{
	const struct syscall_row *row = syscall_get(syscall_from_name(call));

	return (family == FAULT_NETWORK || family == FAULT_TIMEOUT) && row &&
	       row->transfer != TRANSFER_NONE && kind != FD_KIND_UDP && kind != FD_KIND_UNIX_DGRAM;
}

enum fault_family family_of_error(const char *call, enum fd_kind kind, int error)
{
	enum fault_family family = FAULT_FAMILY_MAX_;

	/* Nothing is written back where there is no file. */
	if (strcmp(call, "close") == 0 && kind != FD_KIND_FILE)
		return FAULT_FAMILY_MAX_;
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (families[i].error == error)
			family = families[i].family;
	if (is_of_lost_connection(call, kind, family) || is_of_firewall(call, kind, family))
		return FAULT_FAMILY_MAX_;
	if (family == FAULT_TRY_AGAIN && is_maker(call))
		family = FAULT_RESOURCES;
	if (family == FAULT_TRY_AGAIN && is_filled_instead(call, kind))
		return FAULT_FAMILY_MAX_;
	return family != FAULT_FAMILY_MAX_ && is_excepted(call, family) ? FAULT_FAMILY_MAX_
									: family;
}

/* What another one must do each time, who connects or answers, does not go on by itself. */
static bool is_of_the_other(const char *call)
{
	return strncmp(call, "accept", strlen("accept")) == 0 || call_is_of(call, FAMILY_RECEIVES);
}

bool family_lasts(enum fault_family family, const char *call)
{
	if (family == FAULT_NETWORK && is_of_the_other(call))
		return false;
	switch (family) {
	case FAULT_NO_SPACE:
	case FAULT_IO:
	case FAULT_RESOURCES:
	case FAULT_DENIED:
	case FAULT_NETWORK:
	case FAULT_SHORT:
		return true;
	default:
		return false;
	}
}
