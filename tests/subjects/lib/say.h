/*
 * say.h - what came of it, at once and whole: several processes may write.
 */
#ifndef SUBJECTS_LIB_SAY_H
#define SUBJECTS_LIB_SAY_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static inline __attribute__((format(printf, 1, 2))) void say(const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (write(1, text, (size_t)n) != n)
		_exit(99);
}

/* "read 5", "read EINTR" */
static inline void say_result(const char *what, long result)
{
	if (result < 0)
		say("%s %s\n", what, strerrorname_np(errno));
	else
		say("%s %ld\n", what, result);
}

#endif
