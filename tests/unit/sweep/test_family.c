/*
 * Which errors are worth an attempt at which call.
 */
#include "sweep/family.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "base/util.h"

static const struct {
	const char *call;
	enum fd_kind kind;
	int error;
	enum fault_family family; /* FAULT_FAMILY_MAX_: not tried */
} rows[] = {
	{"write", FD_KIND_FILE, ENOSPC, FAULT_NO_SPACE},
	{"write", FD_KIND_FILE, EBADF, FAULT_FAMILY_MAX_},
	{"read", FD_KIND_TCP, EAGAIN, FAULT_TRY_AGAIN},
	/* The limit of processes; that of timers. */
	{"clone", FD_KIND_NONE, EAGAIN, FAULT_RESOURCES},
	{"timer_create", FD_KIND_NONE, EAGAIN, FAULT_RESOURCES},
	/* What can be filled is filled; a connection takes what it has room for. */
	{"write", FD_KIND_PIPE, EAGAIN, FAULT_FAMILY_MAX_},
	{"write", FD_KIND_TCP, EAGAIN, FAULT_TRY_AGAIN},
	{"read", FD_KIND_PIPE, EAGAIN, FAULT_TRY_AGAIN},
	/* The loss of a connection is made by a reset. */
	{"write", FD_KIND_TCP, ETIMEDOUT, FAULT_FAMILY_MAX_},
	{"sendto", FD_KIND_UDP, ENETUNREACH, FAULT_NETWORK},
	{"connect", FD_KIND_TCP, ECONNREFUSED, FAULT_NETWORK},
};

Test(sweep_family, of_errors)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		cr_expect(eq(int, (int)family_of_error(rows[i].call, rows[i].kind, rows[i].error),
			     (int)rows[i].family),
			  "%s: error %d", rows[i].call, rows[i].error);
}

Test(sweep_family, what_can_be_without_room)
{
	cr_expect(family_can_fill(FD_KIND_PIPE));
	cr_expect(family_can_fill(FD_KIND_MQUEUE));
	cr_expect(not(family_can_fill(FD_KIND_FILE)));
	cr_expect(not(family_can_fill(FD_KIND_TCP)));
}
