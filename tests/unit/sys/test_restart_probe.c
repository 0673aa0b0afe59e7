#include "sys/restart_probe.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "lib/apart.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"
#include "sys/blocking.h"

struct tally {
	unsigned measured, unknown;
	unsigned classes[4];
};

/* This kernel was what the table was measured on; another one must be added to the table. */
static int compare(void *ctx, const struct restart_result *result)
{
	struct tally *tally = ctx;

	cr_expect(result->outcome == RESTART_AS_TABLE || result->outcome == RESTART_UNKNOWN,
		  "%s (%s): table %s, measured %s %s", result->name, result->call,
		  restart_class_name(result->expected), restart_class_name(result->measured),
		  result->text);
	if (result->outcome == RESTART_UNKNOWN) {
		cr_expect(ne(int, result->text[0], 0), "%s", result->name);
		tally->unknown++;
		return 0;
	}
	tally->measured++;
	tally->classes[result->measured]++;
	return 0;
}

static int count_entries(const char *path)
{
	cleanup_closedir DIR *dir = opendir(path);
	int count = 0;

	while (dir && readdir(dir))
		count++;
	return count;
}

/* Those of System V in this namespace; semusz is the number of sets (semctl(2)). */
static int count_objects(void)
{
	struct msginfo messages;
	struct seminfo semaphores;

	msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&messages);
	semctl(0, 0, SEM_INFO, &semaphores);
	return messages.msgpool + semaphores.semusz;
}

Test(sys_restart_probe, this_kernel_is_as_the_table_says_and_nothing_is_left)
{
	cleanup_close int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct tally tally = {0};
	struct err err = ERR_INIT;
	char *tmp = tmpdir_new();
	int fds;

	needs_no_valgrind("the calls of its own would be measured");
	setenv("TMPDIR", tmp, 1);
	fds = count_entries("/proc/self/fd");
	cr_assert(eq(int, restart_probe(proc_fd, compare, &tally, &err), 0), "%s", err.text);
	cr_expect(gt(uint, tally.measured, 65));
	cr_expect(gt(uint, tally.classes[RESTART_R], 30));
	cr_expect(gt(uint, tally.classes[RESTART_N], 10));
	cr_expect(gt(uint, tally.classes[RESTART_N_STOP], 10));
	cr_expect(eq(int, count_entries("/proc/self/fd"), fds));
	cr_expect(eq(int, count_entries(tmp), 2)); /* . and .. */
	cr_expect(eq(int, waitpid(-1, NULL, WNOHANG), -1));
	tmpdir_free(tmp);
}

static int ignore(void *ctx, const struct restart_result *result)
{
	(void)ctx;
	(void)result;
	return 0;
}

/* In a namespace of its own: other tests make objects at the same time. */
static int probe_in_namespace(void *arg)
{
	cleanup_close int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct err err = ERR_INIT;
	int set;

	(void)arg;
	APART_CHECK(unshare(CLONE_NEWUSER | CLONE_NEWIPC) == 0, "%s", strerror(errno));
	set = semget(IPC_PRIVATE, 1, 0600);
	APART_CHECK(count_objects() == 1, "the set that is there");
	APART_CHECK(semctl(set, 0, IPC_RMID) == 0);
	APART_CHECK(restart_probe(proc_fd, ignore, NULL, &err) == 0, "%s", err.text);
	APART_CHECK(count_objects() == 0);
	return 0;
}

Test(sys_restart_probe, no_object_is_left)
{
	needs_no_valgrind("the calls of its own would be measured");
	needs_user_namespaces();
	cr_expect(eq(int, run_apart(probe_in_namespace, NULL, APART_SAME_USER), 0));
}

static int stop_at_once(void *ctx, const struct restart_result *result)
{
	(void)result;
	(*(int *)ctx)++;
	return 7;
}

Test(sys_restart_probe, who_asks_can_stop_it)
{
	cleanup_close int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int calls = 0;

	needs_no_valgrind("the calls of its own would be measured");
	cr_expect(eq(int, restart_probe(proc_fd, stop_at_once, &calls, NULL), 7));
	cr_expect(eq(int, calls, 1));
}

Test(sys_restart_probe, every_case_is_well_formed)
{
	for (size_t i = 0; blocking_case_get(i); i++) {
		const struct blocking_case *what = blocking_case_get(i);

		cr_expect(ne(ptr, (void *)what->sleep, NULL), "%s", what->name);
		if (!what->call)
			continue;
		cr_expect(ne(int, syscall_from_name(what->call), SYSCALL_NONE), "%s", what->name);
		for (size_t j = 0; j < i; j++)
			cr_expect(ne(int, strcmp(what->name, blocking_case_get(j)->name), 0), "%s",
				  what->name);
	}
}

/* Every call that the table says can sleep is measured, but for these. */
Test(sys_restart_probe, every_class_of_the_table_is_measured)
{
	static const char *const not_measured[] = {
		"creat", "getrandom", "io_pgetevents", "io_uring_enter", "ioctl", "open", "openat2",
	};

	for (int id = 0; syscall_get(id); id++) {
		const struct syscall_row *row = syscall_get(id);
		bool found = row->restart == RESTART_NEVER_BLOCKS ||
			     row->nr[ARCH_NATIVE] == SYSCALL_NONE;

		for (size_t i = 0; !found && blocking_case_get(i); i++)
			found = blocking_case_get(i)->call &&
				strcmp(blocking_case_get(i)->call, row->name) == 0;
		for (size_t i = 0; i < sizeof(not_measured) / sizeof(not_measured[0]); i++)
			found |= strcmp(not_measured[i], row->name) == 0;
		cr_expect(found, "%s", row->name);
	}
}

/* --- the program that does all cases ---------------------------------------------- */

static FILE *run_subject(const char *treatment)
{
	char command[512];

	snprintf(command, sizeof(command), "%s/blocking --treat %s", SUBJECTS, treatment);
	return popen(command, "re");
}

static const struct blocking_case *find_case(const char *name)
{
	for (size_t i = 0; blocking_case_get(i); i++)
		if (strcmp(blocking_case_get(i)->name, name) == 0)
			return blocking_case_get(i);
	return NULL;
}

static bool interrupts(const char *treatment, enum restart_class class)
{
	if (strcmp(treatment, "plain") == 0)
		return true;
	if (strcmp(treatment, "restart") == 0)
		return class != RESTART_R;
	return strcmp(treatment, "stop") == 0 && class == RESTART_N_STOP;
}

static void check_line(const char *treatment, const char *name, const char *err, int hits)
{
	const struct blocking_case *what = find_case(name);
	bool signaled = strcmp(treatment, "plain") == 0 || strcmp(treatment, "restart") == 0;
	bool waits_for_signal = strcmp(name, "pause") == 0 || strcmp(name, "sigsuspend") == 0;
	const struct syscall_row *row;
	enum restart_class class;

	cr_assert(ne(ptr, (void *)what, NULL), "%s", name);
	if (strcmp(err, "ENOSYS") == 0) /* a call that this kernel does not have */
		return;
	cr_expect(eq(int, hits, signaled), "%s: %s", treatment, name);
	if (!what->call || waits_for_signal)
		return;
	row = syscall_get(syscall_from_name(what->call));
	class = what->timed ? row->restart_timed : row->restart;
	cr_expect(eq(str, (char *)err, interrupts(treatment, class) ? "EINTR" : "-"), "%s: %s",
		  treatment, name);
}

Test(sys_restart_probe, a_program_sees_what_the_classes_promise)
{
	static const char *const treatments[] = {"none", "plain", "restart", "stop", "child"};

	needs_no_valgrind("the subject is not run under it");
	for (size_t i = 0; i < sizeof(treatments) / sizeof(treatments[0]); i++) {
		FILE *out = run_subject(treatments[i]);
		char name[64], err[32];
		int hits, lines = 0;

		cr_assert(ne(ptr, out, NULL));
		for (; fscanf(out, "%63s ret=%*d err=%31s hits=%d", name, err, &hits) == 3; lines++)
			check_line(treatments[i], name, err, hits);
		cr_expect(eq(int, pclose(out), 0), "%s", treatments[i]);
		cr_expect(gt(int, lines, 65), "%s", treatments[i]);
	}
}
