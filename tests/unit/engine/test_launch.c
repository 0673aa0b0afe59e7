#include "engine/launch.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "engine/engine.h"
#include "lib/fault.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"

/* A launch of `sh -c line` with standard output into a file; what a test changes is in `launch`. */
struct shot {
	struct launch launch;
	struct launch_fd fds[LAUNCH_FDS_MAX + 8];
	char *argv[4];
	struct filter filter;
	char out[1024];
	int status, signal;
};

static void aim(struct shot *shot, const char *line)
{
	*shot = (struct shot){.argv = {(char *)"sh", (char *)"-c", (char *)line, NULL}};
	shot->launch = (struct launch){.path = "/bin/sh",
				       .argv = shot->argv,
				       .envp = environ,
				       .fds = shot->fds,
				       .fd_count = 3,
				       .filter = &shot->filter};
}

/* 0 or the error of engine_launch() or engine_run(). */
static int fire(struct shot *shot, struct err *err)
{
	static const struct engine_ops nothing;
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct engine_options options = {.proc_fd = proc_fd, .cpu = -1};
	int out = memfd_create("out", MFD_CLOEXEC);
	struct process *p = NULL;
	struct engine e;
	int rc = filter_build(NULL, 0, 0, &shot->filter, err);

	for (size_t i = 0; i < shot->launch.fd_count; i++)
		if (!shot->fds[i].source)
			shot->fds[i] = (struct launch_fd){(int)i, out};
	if (!rc)
		rc = engine_init(&e, &options, &nothing, NULL, err);
	if (!rc) {
		rc = engine_launch(&e, &shot->launch, 0, 0, &p, err);
		if (!rc)
			rc = engine_run(&e, err);
		engine_kill_all(&e);
		if (p) {
			shot->status = p->signaled ? 0 : p->status;
			shot->signal = p->signaled ? p->status : 0;
		}
		engine_release(&e);
	}
	filter_release(&shot->filter);
	if (pread(out, shot->out, sizeof(shot->out) - 1, 0) < 0)
		rc = -errno;
	close(out);
	close(proc_fd);
	return rc;
}

static void expect_output(const char *line, const char *want)
{
	struct err err = ERR_INIT;
	struct shot shot;

	aim(&shot, line);
	cr_expect(eq(int, fire(&shot, &err), 0), "%s: %s", line, err.text);
	cr_expect(eq(str, shot.out, (char *)want), "%s", line);
}

static void not_here_under_valgrind(void)
{
	needs_no_valgrind("it knows neither seccomp(2) nor our clone(CLONE_VM)");
}

Test(engine_launch, the_program_starts_with_a_clean_slate, .init = not_here_under_valgrind)
{
	sigset_t all, before;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	sigprocmask(SIG_UNBLOCK, &(sigset_t){{1ul << (SIGALRM - 1)}}, NULL); /* the tick */
	signal(SIGUSR1, SIG_IGN);
	expect_output("grep -E 'Sig(Blk|Ign)' /proc/self/status | cut -f2 | sort -u",
		      "0000000000000000\n");
	signal(SIGUSR1, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	expect_output("ls /proc/self/fd", "0\n1\n2\n3\n");
	expect_output("test $(cut -d' ' -f6 /proc/$$/stat) = $$ && echo own session",
		      "own session\n");
}

Test(engine_launch, descriptors_are_those_that_are_given, .init = not_here_under_valgrind)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct err err = ERR_INIT;
	struct shot shot;

	/* Sources and targets that are in each other's way. */
	aim(&shot, "readlink /proc/$$/fd/0 /proc/$$/fd/7 /proc/$$/fd/600");
	shot.fds[0] = (struct launch_fd){0, null};
	shot.fds[3] = (struct launch_fd){7, null};
	shot.fds[4] = (struct launch_fd){600, null};
	shot.launch.fd_count = 5;
	cr_expect(eq(int, fire(&shot, &err), 0), "%s", err.text);
	cr_expect(eq(str, shot.out, "/dev/null\n/dev/null\n/dev/null\n"));
	close(null);
}

Test(engine_launch, limits_and_folder, .init = not_here_under_valgrind)
{
	const struct launch_limit limits[] = {{RLIMIT_NOFILE, 33}, {RLIMIT_CORE, 0}};
	struct err err = ERR_INIT;
	struct shot shot;

	aim(&shot, "ulimit -n; ulimit -Hn; pwd");
	shot.launch.limits = limits;
	shot.launch.limit_count = 2;
	shot.launch.cwd = "/usr";
	cr_expect(eq(int, fire(&shot, &err), 0), "%s", err.text);
	cr_expect(eq(str, shot.out, "33\n33\n/usr\n"));
}

/* The shell's own memory, and what the kernel would let it have. */
Test(engine_launch, on_a_numa_node, .init = not_here_under_valgrind)
{
	struct err err = ERR_INIT;
	struct numa_place place;
	struct shot shot;

	if (numa_place_find(0, 0, &place, &err) != 0)
		cr_skip_test("%s", err.text);
	aim(&shot, "head -1 /proc/self/numa_maps | cut -d' ' -f2");
	shot.launch.place = &place;
	cr_expect(eq(int, fire(&shot, &err), 0), "%s", err.text);
	cr_expect(eq(str, shot.out, "bind:0\n"));
	CPU_CLR(0, &place.cpus);
	if (!CPU_COUNT(&place.cpus))
		return;
	place.has_nodes = false;
	aim(&shot, "grep -c '^Cpus_allowed:.*[02468ace]$' /proc/self/status; "
		   "head -1 /proc/self/numa_maps | cut -d' ' -f2");
	shot.launch.place = &place;
	cr_expect(eq(int, fire(&shot, &err), 0), "%s", err.text);
	cr_expect(eq(str, shot.out, "1\ndefault\n"));
}

Test(engine_launch, a_numa_node_that_is_not_there)
{
	struct numa_place place = {.has_cpus = true};
	struct err err = ERR_INIT;

	cr_expect(eq(int, numa_place_find(-1, 1023, &place, &err), -ENODEV));
	cr_expect(strstr(err.text, "NUMA") != NULL, "%s", err.text);
	cr_expect(place.has_cpus, "untouched");
	cr_expect(eq(int, numa_place_find(-1, -1, &place, &err), 0));
	cr_expect(not(place.has_cpus));
	cr_expect(not(place.has_nodes));
}

Test(engine_launch, says_why_a_program_does_not_start, .init = not_here_under_valgrind)
{
	char *folder = tmpdir_new(),
	     *script = tmpdir_write(folder, "script", "#!/nonexistent/sh\n");
	const struct {
		const char *path, *cwd;
		int bad_fd;
		size_t fd_count;
		int code;
		const char *says;
	} rows[] = {
		{"/nonexistent", NULL, 0, 3, -ENOENT,
		 "cannot execute '/nonexistent': No such file"},
		{"/etc/passwd", NULL, 0, 3, -EACCES,
		 "cannot execute '/etc/passwd': Permission denied"},
		{"/", NULL, 0, 3, -EACCES, "cannot execute '/': Permission denied"},
		{script, NULL, 0, 3, -EACCES, "Permission denied"},
		{"/bin/sh", "/nonexistent", 0, 3, -ENOENT,
		 "cannot start '/bin/sh' in '/nonexistent'"},
		{"/bin/sh", NULL, 999, 3, -EBADF, "cannot start '/bin/sh': dup"},
		{"/bin/sh", NULL, 0, LAUNCH_FDS_MAX + 1, -E2BIG, "more than 64 descriptors"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err err = ERR_INIT;
		struct shot shot;

		aim(&shot, "exit 0");
		shot.launch.path = rows[i].path;
		shot.launch.cwd = rows[i].cwd;
		shot.launch.fd_count = rows[i].fd_count;
		if (rows[i].bad_fd)
			shot.fds[1] = (struct launch_fd){1, rows[i].bad_fd};
		cr_expect(eq(int, fire(&shot, &err), rows[i].code), "%s: %s", rows[i].path,
			  err.text);
		cr_expect(ne(ptr, strstr(err.text, rows[i].says), NULL), "'%s' is not in '%s'",
			  rows[i].says, err.text);
	}
	free(script);
	tmpdir_free(folder);
}

Test(engine_launch, finds_programs_as_a_shell_does)
{
	char *dir = tmpdir_new(), *tool = tmpdir_write(dir, "tool", "#!/bin/sh\n"), *path;
	char *plain = tmpdir_write(dir, "plain", ""), *variable, *want;
	struct err err = ERR_INIT;

	cr_assert(gt(int, asprintf(&variable, "/nonexistent::%s", dir), 0));
	cr_assert(eq(int, chmod(tool, 0755), 0));
	cr_assert(eq(int, launch_find_program("tool", variable, &path, &err), 0), "%s", err.text);
	cr_assert(gt(int, asprintf(&want, "%s/tool", dir), 0));
	cr_expect(eq(str, path, want));
	free(path);
	cr_expect(eq(int, launch_find_program("plain", variable, &path, &err), -EACCES));
	cr_expect(eq(int, launch_find_program("nothing", variable, &path, &err), -ENOENT));
	cr_expect(eq(int, launch_find_program(dir, variable, &path, &err), -EACCES), "a folder");
	cr_expect(eq(int, launch_find_program("/nonexistent/x", NULL, &path, &err), -ENOENT));
	cr_assert(eq(int, launch_find_program("sh", NULL, &path, &err), 0), "the usual folders");
	free(path);
	free(want);
	free(variable);
	free(plain);
	free(tool);
	tmpdir_free(dir);
}

static int launch_once(void *arg)
{
	struct err err = ERR_INIT;
	struct shot shot;
	int rc;

	(void)arg;
	aim(&shot, "exit 0");
	rc = fire(&shot, &err);
	cr_expect(rc == 0 || err.text[0], "%d without a word", rc);
	return rc;
}

Test(engine_launch, want_of_anything_leaves_no_process, .init = not_here_under_valgrind)
{
	fault_sweep_tolerant(launch_once, NULL);
}
