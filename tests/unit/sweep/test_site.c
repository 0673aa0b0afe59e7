/*
 * A place in a program, in words that outlive its next compilation.
 */
#include "sweep/site.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "base/util.h"

static void expect_at(struct frame *frames, size_t count, const char *want)
{
	struct call_site site = {.stack = {frames, count}};
	char *text = site_at(&site);

	cr_expect(eq(str, text, (char *)want));
	free(text);
}

#define FRAME(module_, function_, offset_)                                                         \
	{                                                                                          \
		.module = (char *)module_, .function = (char *)function_, .offset = offset_        \
	}

Test(sweep_site, without_the_library_that_changes)
{
	struct frame frames[] = {FRAME("/lib/x86_64-linux-gnu/libc.so.6", "write", 1),
				 FRAME("/usr/bin/sort", "write_line", 2),
				 FRAME("/usr/bin/sort", NULL, 0x4f2a)};

	expect_at(frames, ARRAY_SIZE(frames), "sort!write_line < sort+0x4f2a");
}

Test(sweep_site, but_not_without_all)
{
	struct frame frames[] = {FRAME("/lib/x86_64-linux-gnu/libc.so.6", "write", 1)};

	expect_at(frames, ARRAY_SIZE(frames), "libc.so.6!write");
}

Test(sweep_site, what_a_call_is_made_for)
{
	const struct call_site pipe = {.call = (char *)"read", .kind = FD_KIND_PIPE},
			       queue = {.call = (char *)"msgrcv", .kind = FD_KIND_NONE},
			       child = {.call = (char *)"wait4", .kind = FD_KIND_NONE};

	cr_expect(eq(int, (int)site_mechanism(&pipe), (int)MECHANISM_PIPE));
	cr_expect(eq(int, (int)site_mechanism(&queue), (int)MECHANISM_MSG_SYSV));
	cr_expect(eq(int, (int)site_mechanism(&child), (int)MECHANISM_PROCESS));
}
