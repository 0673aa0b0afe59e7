/*
 * Who makes which object, seen at the calls: the worker of bench.c has no
 * namespaces, so all objects here are the host's.
 */
#include "run/made.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "bench.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"

static char *findings_of(const char *text)
{
	struct scenario_file file = bench_read(text);
	struct case_result result;
	struct err err = ERR_INIT;
	char *findings;

	cr_assert(eq(int, bench_run(file.scenarios[0], ROLE_SUBJECT, &result, &err), 0), "%s",
		  err.text);
	findings = bench_findings(&result);
	case_result_release(&result);
	scenario_file_release(&file);
	return findings;
}

static char *findings_of_script(const char *script, const char *expect)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "scenario: x\nmechanism: process\nprocesses: {maker: {run: '%s'}}\n%s", script,
		 expect);
	return findings_of(text);
}

static void expect_findings(const char *want, const char *script, const char *expect)
{
	char *findings = findings_of_script(script, expect);

	cr_expect(eq(str, findings, (char *)(uintptr_t)want), "%s", script);
	free(findings);
}

static void needs_perl(void)
{
	needs_program("perl");
	needs_no_valgrind("perl's memory is not ours");
}

Test(run_made, a_file_elsewhere_is_found_and_removed)
{
	char *folder = tmpdir_new(), script[512], want[512];
	struct stat st;

	snprintf(script, sizeof(script), "cd %s && mkfifo left && mkfifo gone && rm gone", folder);
	snprintf(want, sizeof(want), "leak maker/child[1]: FIFO %s/left left behind\n", folder);
	expect_findings(want, script, "");
	snprintf(script, sizeof(script), "%s/left", folder);
	cr_expect(eq(int, stat(script, &st), -1), "%s was removed", script);
	tmpdir_free(folder);
}

Test(run_made, what_was_there_before_is_left_alone)
{
	char *folder = tmpdir_new(), path[256], script[512];

	snprintf(path, sizeof(path), "%s/others", folder);
	cr_assert(eq(int, mkfifo(path, 0600), 0));
	snprintf(script, sizeof(script), "mkfifo %s || true", path);
	expect_findings("", script, "");
	cr_expect(eq(int, unlink(path), 0), "it is still there");
	tmpdir_free(folder);
}

Test(run_made, what_is_removed_even_if_leaks_are_allowed)
{
	char *folder = tmpdir_new(), script[512];

	snprintf(script, sizeof(script), "mkfifo %s/left", folder);
	expect_findings("", script, "expect: {allow: [leak]}\n");
	snprintf(script, sizeof(script), "%s/left", folder);
	cr_expect(eq(int, access(script, F_OK), -1));
	tmpdir_free(folder);
}

/* Names with the number of this process: nobody else's. */
Test(run_made, queues_and_memory_of_the_host)
{
	char script[512], want[512], *findings;
	int pid = (int)getpid();

	needs_perl();
	snprintf(script, sizeof(script), "exec perl -e \"msgget(0x%x, 01600)\"", 0x7c000000 | pid);
	snprintf(want, sizeof(want), "leak maker: System V message queue key 0x%x",
		 0x7c000000 | pid);
	findings = findings_of_script(script, "");
	cr_expect(eq(ptr, strstr(findings, want), findings), "%s", findings);
	free(findings);
	cr_expect(eq(int, msgget(0x7c000000 | pid, 0), -1), "it was removed");
	snprintf(script, sizeof(script), "echo x >/dev/shm/ipcfault-test-%d", pid);
	snprintf(want, sizeof(want),
		 "leak maker: POSIX shared memory /ipcfault-test-%d left behind\n", pid);
	expect_findings(want, script, "");
}

/* One of others, opened and written to. */
Test(run_made, a_queue_of_others_is_theirs)
{
	key_t key = 0x7b000000 | getpid();
	int id = msgget(key, IPC_CREAT | 0600);
	char script[512];

	needs_perl();
	snprintf(script, sizeof(script), "exec perl -e \"msgget(0x%x, 01600) // die\"",
		 (unsigned)key);
	expect_findings("", script, "expect: {objects: none}\n");
	cr_expect(eq(int, msgctl(id, IPC_RMID, NULL), 0), "it is still there");
}
