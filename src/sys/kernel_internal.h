/*
 * kernel_internal.h - between kernel_model.c (which errors) and
 * kernel_moment.c (what a call at hand may do).
 *
 * Checks return NULL when Linux could do it, else the reason.
 */
#ifndef SYS_KERNEL_INTERNAL_H
#define SYS_KERNEL_INTERNAL_H

#include <string.h>

#include "sys/kernel_model.h"

/* Sets of kinds of descriptors, as bits; FD_KIND_SOCKET may be any of them. */
#define KIND(kind_)	(1u << FD_KIND_##kind_)
#define KINDS_STREAM	(KIND(UNIX_STREAM) | KIND(TCP) | KIND(SOCKET))
#define KINDS_CONNECTED (KINDS_STREAM | KIND(UNIX_SEQPACKET))
#define KINDS_DATAGRAM	(KIND(UNIX_DGRAM) | KIND(UDP) | KIND(SOCKET))
#define KINDS_INET	(KIND(TCP) | KIND(UDP) | KIND(SOCKET))
#define KINDS_UNIX	(KIND(UNIX_STREAM) | KIND(UNIX_DGRAM) | KIND(UNIX_SEQPACKET) | KIND(SOCKET))
#define KINDS_SOCKET	(KINDS_INET | KINDS_UNIX)
#define KINDS_PIPE	(KIND(PIPE) | KIND(FIFO))
#define KINDS_UNSEEKABLE                                                                           \
	(KINDS_SOCKET | KINDS_PIPE | KIND(TTY) | KIND(EVENTFD) | KIND(SIGNALFD) | KIND(TIMERFD) |  \
	 KIND(EPOLL) | KIND(INOTIFY))
#define KINDS_NEVER_WAIT (KIND(FILE) | KIND(DIRECTORY))

static inline bool is_kind(const struct kernel_moment *m, unsigned kinds)
{
	return (1u << m->fd_kind & kinds) != 0;
}

static inline bool is_call(const struct kernel_moment *m, const char *name)
{
	const struct syscall_row *row = syscall_get(m->syscall_id);

	return row && strcmp(row->name, name) == 0;
}

static inline bool kernel_verdict(const char *reason, const char **ret_reason)
{
	if (reason)
		*ret_reason = reason;
	return !reason;
}

/* The call's file is always ready: nothing there waits. */
bool kernel_never_waits(const struct kernel_moment *m);

/* @m NULL: whether the call can ever give it. */
const char *kernel_check_errno(int syscall_id, int err, bool after, const struct kernel_moment *m);

/* kernel_message.c: of the actions about messages; NULL = it may happen. */
const char *kernel_check_message(const struct kernel_moment *m);

#endif
