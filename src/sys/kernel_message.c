/*
 * What may happen to a message on its way: UDP promises nothing, Unix sockets
 * and queues lose, repeat and reorder nothing.
 */
#include <sys/msg.h>

#include "sys/kernel_internal.h"

static bool sends(const struct kernel_moment *m)
{
	const struct syscall_row *row = syscall_get(m->syscall_id);

	return row && row->families & (FAMILY_WRITES | FAMILY_SENDS);
}

static const char *check_unreliable(const struct kernel_moment *m)
{
	if (is_kind(m, KIND(UDP)))
		return NULL;
	if (is_kind(m, KIND(MQUEUE) | KIND(MSG_SYSV)))
		return "a queue neither loses messages nor repeats or reorders them; use `fill` or "
		       "`remove`, or say `model: adversarial`";
	return "a Unix socket neither loses messages nor repeats or reorders them: it makes the "
	       "sender wait; use `errno: EAGAIN`, ENOBUFS or ECONNREFUSED, or `kill` of the "
	       "receiver";
}

static const char *check_truncation(const struct kernel_moment *m)
{
	if (sends(m))
		return "a message is cut only by a receiver whose buffer is too small; strike the "
		       "receive";
	if (is_kind(m, KIND(MQUEUE)))
		return "mq_receive does not cut messages: a buffer that is too small gives "
		       "EMSGSIZE";
	if (is_kind(m, KIND(MSG_SYSV)) && m->args && !(m->args[4] & MSG_NOERROR))
		return "msgrcv cuts messages only with MSG_NOERROR: a buffer that is too small "
		       "gives E2BIG";
	return NULL;
}

static const char *check_damage(const struct kernel_moment *m)
{
	if (is_kind(m, KIND(TCP) | KIND(UDP)))
		return "checksums keep damage from a TCP or UDP socket; use `drop` on UDP, or say "
		       "`model: adversarial`";
	return "nothing damages bytes between two processes; say `model: adversarial` to do so";
}

const char *kernel_check_message(const struct kernel_moment *m)
{
	switch (m->action) {
	case ACTION_DROP:
	case ACTION_DUPLICATE:
	case ACTION_REORDER:
		return check_unreliable(m);
	case ACTION_TRUNCATE_MESSAGE:
		return check_truncation(m);
	case ACTION_CORRUPT:
		return check_damage(m);
	default:
		return NULL;
	}
}
