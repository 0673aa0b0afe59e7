/*
 * apart.h - run a part of a test in a process of its own.
 *
 * For what cannot be taken back: namespaces, another user, a death.  Criterion
 * does not see assertions of such a process; APART_CHECK() reports through
 * shared memory.
 */
#ifndef TESTS_LIB_APART_H
#define TESTS_LIB_APART_H

#include <stdbool.h>
#include <sys/types.h>

#define APART_SAME_USER ((uid_t)-1)
#define APART_NOBODY	((uid_t)65534)

/*
 * Fork, become @uid (with the same gid and no other groups), run @body; the
 * test fails when a check does or the child does not live to the end.  Returns
 * what @body returns, 0 to 127.
 */
int run_apart(int (*body)(void *arg), void *arg, uid_t uid);

/* In the child: when @ok does not hold, tell the parent, and end. */
#define APART_CHECK(ok, ...) apart_check_((ok), __FILE__, __LINE__, #ok, " " __VA_ARGS__)

void apart_check_(bool ok, const char *file, int line, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

#endif
