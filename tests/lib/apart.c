#include "lib/apart.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"

#define REPORT_MAX   1024
#define STATUS_CHECK 200
#define STATUS_USER  201

static char *report; /* shared */

void apart_check_(bool ok, const char *file, int line, const char *what, const char *fmt, ...)
{
	va_list ap;
	int used;

	if (ok)
		return;
	used = snprintf(report, REPORT_MAX, "%s:%d: %s", file, line, what);
	va_start(ap, fmt);
	if (used > 0 && used < REPORT_MAX)
		vsnprintf(report + used, REPORT_MAX - (size_t)used, fmt, ap);
	va_end(ap);
	child_exit(STATUS_CHECK);
}

static bool become(uid_t uid)
{
	if (uid == APART_SAME_USER)
		return true;
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
		return false;
	/* As after an exec; otherwise our own /proc/self belongs to root. */
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

int run_apart(int (*body)(void *arg), void *arg, uid_t uid)
{
	int status = 0;
	pid_t pid;

	report = mmap(NULL, REPORT_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cr_assert(ne(ptr, report, MAP_FAILED));
	pid = fork();
	cr_assert(ge(int, pid, 0));
	if (pid == 0)
		child_exit(become(uid) ? body(arg) : STATUS_USER);
	cr_assert(eq(int, waitpid(pid, &status, 0), pid));
	cr_assert(eq(chr, *report, '\0'), "%s", report);
	cr_assert(eq(int, WTERMSIG(status), 0), "the child ended with status %#x", status);
	cr_assert(lt(int, WEXITSTATUS(status), STATUS_CHECK), "cannot become the other user");
	munmap(report, REPORT_MAX);
	return WEXITSTATUS(status);
}
