/*
 * child.h - the end of a forked child that executes nothing.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <unistd.h>

#ifdef COVERAGE		/* make COV=1 */
void __gcov_dump(void); /* gcc's and clang's runtime */
#else
#define __gcov_dump() ((void)0)
#endif

/* As _exit(2): no atexit() handlers, no stdio; but what coverage has counted is kept. */
static inline _Noreturn void child_exit(int status)
{
	__gcov_dump();
	_exit(status);
}

#endif
