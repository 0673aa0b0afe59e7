#include "lib/needs.h"

#include <criterion/criterion.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void needs_root(void)
{
	if (geteuid() != 0)
		cr_skip_test("needs root");
}

static bool can_unshare_user(void)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(unshare(CLONE_NEWUSER) != 0);
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

void needs_user_namespaces(void)
{
	if (!can_unshare_user())
		cr_skip_test("needs user namespaces");
}

static bool is_in_path(const char *name)
{
	const char *path = getenv("PATH");
	char *copy = strdup(path ? path : "/usr/bin:/bin"), *rest = copy, *dir;
	bool found = false;

	while (!found && (dir = strsep(&rest, ":"))) {
		char file[4096];

		snprintf(file, sizeof(file), "%s/%s", dir, name);
		found = access(file, X_OK) == 0;
	}
	free(copy);
	return found;
}

void needs_program(const char *name)
{
	if (!is_in_path(name))
		cr_skip_test("needs %s", name);
}

/* valgrind puts its preload library there, and Criterion's workers keep the environment. */
bool is_under_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "/valgrind/");
}

void needs_no_valgrind(const char *why)
{
	if (is_under_valgrind())
		cr_skip_test("not under valgrind: %s", why);
}

void needs_no_sanitizer(const char *why)
{
#if defined(__SANITIZE_ADDRESS__)
	cr_skip_test("not with AddressSanitizer: %s", why);
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
	cr_skip_test("not with AddressSanitizer: %s", why);
#endif
#endif
	(void)why;
}
