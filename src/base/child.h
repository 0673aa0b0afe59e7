/*
 * child.h - the end of a forked child that executes nothing.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <unistd.h>

/* gcc's and clang's coverage runtime; not there in other builds. */
extern void __gcov_dump(void) __attribute__((weak));

/* As _exit(2): no atexit() handlers, no stdio; but what coverage has counted is kept. */
static inline _Noreturn void child_exit(int status)
{
	if (__gcov_dump)
		__gcov_dump();
	_exit(status);
}

#endif
