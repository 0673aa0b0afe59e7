/*
 * filter.h - the seccomp filter of a target: which calls stop, and nothing else.
 *
 * Everything that is not asked for runs at full speed.  Calls of a foreign
 * architecture (32-bit code on x86-64, x32) always stop, since their numbers
 * mean something else: the loop reports them.
 */
#ifndef ENGINE_FILTER_H
#define ENGINE_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* SECCOMP_RET_DATA of the two kinds of stop. */
enum filter_tag { FILTER_TAG_CALL = 1, FILTER_TAG_FOREIGN = 2 };

/* One traced call: by id of sys/syscalls.h, perhaps only with a bit set in an argument. */
struct filter_rule {
	int call;
	int arg;       /* -1 = always */
	uint64_t mask; /* stop when (args[arg] & mask) == value */
	uint64_t value;
};

struct filter {
	struct sock_filter *code;
	unsigned short length; /* instructions */
};

/*
 * Build the filter.  With @only_ip other than 0 only the calls made from that
 * instruction pointer (the address after the instruction) can stop: valgrind's
 * own calls are told apart so (doc/KERNEL-NOTES.md section 10).  Owned by the caller.
 * -ENOMEM, or what libseccomp says.
 */
int filter_build(const struct filter_rule *rules, size_t count, uint64_t only_ip,
		 struct filter *ret_filter, struct err *err);
void filter_release(struct filter *filter);

#endif
