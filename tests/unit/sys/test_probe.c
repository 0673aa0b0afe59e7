#include "sys/probe.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "lib/fault.h"
#include "lib/needs.h"

Test(sys_probe, every_probe_answers_and_leaves_no_child)
{
	needs_no_valgrind("probes make calls that valgrind does not know");
	for (size_t i = 0; probe_get(i); i++) {
		const struct probe *probe = probe_get(i);
		char text[PROBE_TEXT_MAX] = "";
		bool there = probe->run(text, sizeof(text));

		cr_expect(there || text[0], "%s is not there, and no reason", probe->name);
		cr_expect(ne(int, (int)strlen(probe->why), 0), "%s", probe->name);
		cr_expect(eq(int, waitpid(-1, NULL, WNOHANG), -1), "%s", probe->name);
		cr_expect(eq(int, errno, ECHILD), "%s", probe->name);
	}
}

/* This very test suite traces its children, so here these must be found. */
Test(sys_probe, what_the_tests_use_is_found)
{
	static const char *const used[] = {"ptrace",	 "seccomp",	 "syscall-info",
					   "process-vm", "proc-syscall", "kernel"};

	needs_no_valgrind("ptrace of a child under valgrind");
	for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++) {
		cleanup_free char *reason = NULL;

		cr_expect(eq(int, probe_need(used[i], &reason), 1), "%s: %s", used[i], reason);
	}
}

static int need(const char *word)
{
	cleanup_free char *reason = NULL;
	int rc = probe_need(word, &reason);

	cr_expect(eq(int, rc == 0, reason != NULL), "'%s'", word);
	return rc;
}

Test(sys_probe, needs_with_numbers_are_compared)
{
	cr_expect(eq(int, need("cpus>=1"), 1));
	cr_expect(eq(int, need("cpus>=100000"), 0));
	cr_expect(eq(int, need("numa-nodes>=1"), 1));
	cr_expect(eq(int, need("numa-nodes>=999"), 0));
	cr_expect(eq(int, need("kernel>=4.0"), 1));
	cr_expect(eq(int, need("kernel>=4.19"), 1));
	cr_expect(eq(int, need("kernel>=999.1"), 0));
	cr_expect(eq(int, need("root"), geteuid() == 0));
}

Test(sys_probe, the_kernel_is_as_new_as_itself_and_no_newer)
{
	struct utsname name;
	unsigned major, minor;
	char word[64];

	cr_assert(eq(int, uname(&name), 0));
	cr_assert(eq(int, sscanf(name.release, "%u.%u", &major, &minor), 2));
	snprintf(word, sizeof(word), "kernel>=%u.%u", major, minor);
	cr_expect(eq(int, need(word), 1));
	snprintf(word, sizeof(word), "kernel>=%u.%u", major, minor + 1);
	cr_expect(eq(int, need(word), 0));
	snprintf(word, sizeof(word), "kernel>=%u.%u", major - 1, minor + 1);
	cr_expect(eq(int, need(word), 1));
}

Test(sys_probe, programs_are_looked_for_in_the_path)
{
	cr_expect(eq(int, need("program:sh"), 1));
	cr_expect(eq(int, need("program:/bin/sh"), 1));
	cr_expect(eq(int, need("program:no-such-program"), 0));
	cr_expect(eq(int, need("program:/etc/passwd"), 0));
	setenv("PATH", "/nowhere", 1);
	cr_expect(eq(int, need("program:sh"), 0));
	cr_expect(eq(int, need("gcc"), 0));
}

Test(sys_probe, unknown_words_are_invalid)
{
	static const char *const wrong[] = {"",		"valgrinf",    "cpus>=", "cpus>=x",
					    "cpus>=-1", "cpus>=2x",    "cpus>2", "kernel>=6",
					    "program:", "kernel>=a.b", "rooty",	 "kernel>=6.1.2"};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect(eq(int, need(wrong[i]), -EINVAL), "'%s'", wrong[i]);
}

Test(sys_probe, every_word_that_is_offered_is_known)
{
	size_t count;
	const char *const *words = probe_need_words(&count);

	needs_no_valgrind("probes make calls that valgrind does not know");
	cr_expect(gt(sz, count, 20));
	for (size_t i = 0; i < count; i++)
		cr_expect(ge(int, need(words[i]), 0), "%s", words[i]);
}

static int lack(void *arg)
{
	cleanup_free char *reason = NULL;
	int rc = probe_need(arg, &reason);

	return rc < 0 ? rc : 0;
}

Test(sys_probe, want_of_memory_is_reported)
{
	fault_sweep(lack, (void *)"cpus>=100000");
}
