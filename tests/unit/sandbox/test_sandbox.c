#include "sandbox/sandbox.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/pidfd.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "lib/apart.h"
#include "lib/fault.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"
#include "sandbox/tmp.h"

static struct sandbox entered(const struct sandbox_options *options)
{
	struct err err = ERR_INIT;
	struct sandbox sandbox;
	int rc = sandbox_enter(options, &sandbox, &err);

	APART_CHECK(rc == 0, "%s", err.text);
	return sandbox;
}

static bool may_be_missing(int part)
{
	/* valgrind 3.19 does not know fsopen(2). */
	return part == SANDBOX_USER || part == SANDBOX_TMP ||
	       (part == SANDBOX_MQUEUE && is_under_valgrind());
}

static void check_all_isolated(const struct sandbox *sandbox)
{
	for (int i = 0; i < SANDBOX_MAX_; i++)
		APART_CHECK(sandbox->parts[i].isolated || may_be_missing(i), "%s: %s",
			    sandbox_part_name((enum sandbox_part)i), sandbox->parts[i].why);
}

/* What a program finds: its pid, and the one that /proc shows. */
struct inside {
	pid_t pid, proc_self;
	uid_t uid;
};

static struct inside look_inside(void)
{
	struct inside *seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct inside copy;
	pid_t pid = fork();

	if (pid == 0) {
		char self[32] = "";

		(void)!readlink("/proc/self", self, sizeof(self) - 1);
		*seen = (struct inside){getpid(), atoi(self), getuid()};
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	copy = *seen;
	munmap(seen, sizeof(*seen));
	return copy;
}

static int children_live_inside(void *arg)
{
	struct sandbox_options options = {.own_proc = true};
	struct sandbox sandbox = entered(&options);
	uid_t uid = getuid();
	struct inside seen;

	(void)arg;
	check_all_isolated(&sandbox);
	for (int run = 0; run < 3; run++) {
		seen = look_inside();
		APART_CHECK(seen.pid == 2, "%d in run %d", seen.pid, run);
		APART_CHECK(seen.proc_self == seen.pid, "/proc/self is %d", seen.proc_self);
		APART_CHECK(seen.uid == uid);
		APART_CHECK(sandbox_clean(&sandbox, NULL) == 0);
	}
	sandbox_release(&sandbox);
	APART_CHECK(waitpid(-1, NULL, 0) == -1 && errno == ECHILD, "pid 1 is reaped");
	return 0;
}

static void needs_isolation(void)
{
	if (geteuid() != 0)
		needs_user_namespaces();
}

Test(sandbox_sandbox, children_live_inside_and_count_from_two)
{
	needs_isolation();
	run_apart(children_live_inside, NULL, APART_SAME_USER);
}

Test(sandbox_sandbox, an_ordinary_user_gets_the_same)
{
	needs_root();
	needs_user_namespaces();
	needs_no_valgrind("every pid 1 has the same log file");
	run_apart(children_live_inside, NULL, APART_NOBODY);
}

static int loopback_works(void *arg)
{
	struct sandbox_options options = {.own_proc = false};
	struct sandbox sandbox = entered(&options);
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);

	(void)arg;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	APART_CHECK(bind(server, (struct sockaddr *)&address, sizeof(address)) == 0);
	APART_CHECK(listen(server, 1) == 0);
	getsockname(server, (struct sockaddr *)&address, &len);
	APART_CHECK(connect(client, (struct sockaddr *)&address, len) == 0, "%s", strerror(errno));
	sandbox_release(&sandbox);
	return 0;
}

Test(sandbox_sandbox, the_loopback_is_up)
{
	needs_isolation();
	run_apart(loopback_works, NULL, APART_SAME_USER);
}

static void make_objects(void)
{
	mq_open("/queue", O_CREAT | O_RDWR, 0600, NULL);
	shm_open("/memory", O_CREAT | O_RDWR, 0600);
	sem_open("/lock", O_CREAT, 0600, 1);
	shmget(77, 4096, IPC_CREAT | 0600);
	semget(78, 1, IPC_CREAT | 0600);
	msgget(79, IPC_CREAT | 0600);
}

static size_t objects_now(const struct sandbox *sandbox, bool seen[OBJECT_MAX_])
{
	struct sandbox_object *objects;
	struct err err = ERR_INIT;
	size_t count = 0;

	APART_CHECK(sandbox_objects(sandbox, &objects, &count, &err) == 0, "%s", err.text);
	for (size_t i = 0; i < count; i++) {
		seen[objects[i].kind] = true;
		APART_CHECK(objects[i].kind != OBJECT_SEM_POSIX ||
				    !strcmp(objects[i].name, "/lock"),
			    "%s", objects[i].name);
		APART_CHECK(objects[i].kind != OBJECT_SHM_SYSV ||
				    !strncmp(objects[i].name, "key 0x4d ", 9),
			    "%s", objects[i].name);
	}
	sandbox_objects_free(objects, count);
	return count;
}

static int objects_are_found(void *arg)
{
	struct sandbox_options options = {.no_net = true};
	struct sandbox sandbox = entered(&options);
	bool seen[OBJECT_MAX_] = {false};

	(void)arg;
	APART_CHECK(objects_now(&sandbox, seen) == 0);
	make_objects();
	objects_now(&sandbox, seen);
	for (int kind = 0; kind < OBJECT_SOCKET; kind++)
		APART_CHECK(seen[kind] || (kind == OBJECT_MQ_POSIX && is_under_valgrind()), "%s",
			    object_kind_name((enum object_kind)kind));
	APART_CHECK(sandbox_clean(&sandbox, NULL) == 0);
	APART_CHECK(objects_now(&sandbox, seen) == 0, "clean removes them");
	sandbox_release(&sandbox);
	return 0;
}

Test(sandbox_sandbox, objects_are_listed_and_removed)
{
	needs_isolation();
	run_apart(objects_are_found, NULL, APART_SAME_USER);
}

static bool no_namespaces(const char *operation)
{
	return strcmp(operation, "unshare") == 0;
}

/* A child, a grandchild and an orphan, all asleep for ever. */
static void start_family(void)
{
	for (int i = 0; i < 3; i++)
		if (fork() == 0) {
			if (fork() > 0 && i == 0)
				_exit(0);
			for (;;)
				pause();
		}
}

static int unisolated(void *arg)
{
	const char *tmp = arg;
	struct sandbox_options options = {.own_proc = true, .tmp = tmp};
	struct sandbox_object *objects;
	struct sandbox sandbox;
	size_t count = 1;
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);

	fault_point_hook = no_namespaces;
	sandbox = entered(&options);
	for (int i = 0; i < SANDBOX_MAX_; i++) {
		APART_CHECK(!sandbox.parts[i].isolated, "%s", sandbox_part_name(i));
		APART_CHECK(*sandbox.parts[i].why, "%s: no reason", sandbox_part_name(i));
	}
	start_family();
	APART_CHECK(sandbox_objects(&sandbox, &objects, &count, NULL) == 0 && count == 0,
		    "the host's objects are not listed");
	APART_CHECK(sandbox_clean(&sandbox, NULL) == 0);
	APART_CHECK(waitpid(-1, NULL, WNOHANG) == 0, "all but our helper are killed and reaped");
	APART_CHECK(shmctl(id, IPC_RMID, NULL) == 0, "the host's objects are left alone");
	APART_CHECK(access(tmp, F_OK) == 0, "the folder is there");
	sandbox_release(&sandbox);
	APART_CHECK(waitpid(-1, NULL, 0) == -1 && errno == ECHILD, "nobody is left");
	APART_CHECK(access(tmp, F_OK) == -1, "and no folder");
	return 0;
}

Test(sandbox_sandbox, without_namespaces_it_kills_descendants_and_spares_objects)
{
	char *parent = tmpdir_new(), *tmp = NULL;

	cr_assert(eq(int, tmp_name(parent, &tmp, NULL), 0));
	run_apart(unisolated, tmp, APART_SAME_USER);
	free(tmp);
	tmpdir_free(parent);
}

static int leaves_a_family(void *arg)
{
	struct sandbox_options options = {.no_net = true};
	struct sandbox sandbox = entered(&options);
	struct err err = ERR_INIT;

	(void)arg;
	start_family();
	APART_CHECK(sandbox_clean(&sandbox, &err) == 0, "%s", err.text);
	APART_CHECK(waitpid(-1, NULL, WNOHANG) == 0, "only pid 1 is left");
	APART_CHECK(look_inside().pid == 2, "and the numbers begin again");
	sandbox_release(&sandbox);
	return 0;
}

Test(sandbox_sandbox, clean_kills_what_a_run_left)
{
	needs_isolation();
	run_apart(leaves_a_family, NULL, APART_SAME_USER);
}

static int a_chain_of_forks(void *arg)
{
	struct sandbox_options options = {.no_net = true};
	struct sandbox sandbox = entered(&options);
	struct err err = ERR_INIT;

	(void)arg;
	if (fork() == 0) {
		for (int i = 0; i < 200; i++) /* each child goes on where its parent was */
			if (fork() != 0)
				_exit(0);
		for (;;)
			pause();
	}
	APART_CHECK(sandbox_clean(&sandbox, &err) == 0, "%s", err.text);
	APART_CHECK(waitpid(-1, NULL, WNOHANG) == 0, "only pid 1 is left");
	sandbox_release(&sandbox);
	return 0;
}

Test(sandbox_sandbox, clean_catches_a_chain_of_forks)
{
	needs_isolation();
	run_apart(a_chain_of_forks, NULL, APART_SAME_USER);
}

/* The worker's report to the test before it is killed: who was there. */
struct crew {
	pid_t init, program;
};

static _Noreturn void doomed_worker(int report, const char *tmp)
{
	struct sandbox_options options = {.no_net = true, .own_proc = true, .tmp = tmp};
	struct sandbox sandbox;
	struct crew crew;

	if (sandbox_enter(&options, &sandbox, NULL))
		_exit(1);
	crew.init = sandbox.init;
	crew.program = fork();
	if (crew.program == 0)
		for (;;)
			pause();
	if (write(report, &crew, sizeof(crew)) != sizeof(crew))
		_exit(1);
	for (;;)
		pause();
}

static void wait_for_end(pid_t pid, int pidfd)
{
	struct pollfd end = {.fd = pidfd, .events = POLLIN};

	cr_expect(eq(int, poll(&end, 1, 10000), 1), "process %d lives on", pid);
	close(pidfd);
}

static void kill_worker_and_look(bool tmp_inside)
{
	char *parent = tmpdir_new(), *tmp = NULL;
	int report[2], init, program;
	struct crew crew;
	struct stat st;
	pid_t worker;

	cr_assert(eq(int, tmp_make(parent, &tmp, NULL), 0));
	cr_assert(eq(int, pipe(report), 0));
	worker = fork();
	if (worker == 0)
		doomed_worker(report[1], tmp_inside ? tmp : NULL);
	cr_assert(eq(long, read(report[0], &crew, sizeof(crew)), (long)sizeof(crew)));
	init = pidfd_open(crew.init, 0);
	program = pidfd_open(crew.program, 0);
	cr_assert(init >= 0 && program >= 0);
	kill(worker, SIGKILL);
	waitpid(worker, NULL, 0);
	wait_for_end(crew.program, program);
	wait_for_end(crew.init, init);
	cr_expect(eq(int, stat(tmp, &st), tmp_inside ? -1 : 0), "the folder goes with its worker");
	close(report[0]);
	close(report[1]);
	free(tmp);
	tmpdir_free(parent);
}

Test(sandbox_sandbox, a_killed_worker_leaves_no_process_and_no_folder)
{
	needs_isolation();
	needs_no_valgrind("it does not know pidfd_open");
	kill_worker_and_look(true);
}

Test(sandbox_sandbox, a_folder_that_it_was_not_given_stays)
{
	needs_isolation();
	needs_no_valgrind("it does not know pidfd_open");
	kill_worker_and_look(false);
}

static int dead_init_is_told(void *arg)
{
	struct sandbox_options options = {.no_net = true};
	struct sandbox sandbox = entered(&options);

	(void)arg;
	kill(sandbox.init, SIGKILL);
	waitpid(sandbox.init, NULL, 0);
	APART_CHECK(sandbox_clean(&sandbox, NULL) == -EPIPE);
	sandbox_release(&sandbox);
	return 0;
}

Test(sandbox_sandbox, a_dead_init_is_an_error_and_no_hang)
{
	needs_isolation();
	run_apart(dead_init_is_told, NULL, APART_SAME_USER);
}

/* Enter with the n-th step failing, and use what there is. */
static int enter_with_fault(void *arg)
{
	struct sandbox_options options = {.own_proc = true};
	struct sandbox sandbox;
	struct sandbox_object *objects;
	size_t count;
	int rc;

	fault_arm(*(unsigned *)arg);
	rc = sandbox_enter(&options, &sandbox, NULL);
	if (!fault_disarm())
		return 1;
	if (rc) {
		APART_CHECK(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
		return 0;
	}
	start_family();
	APART_CHECK(sandbox_objects(&sandbox, &objects, &count, NULL) == 0 && count == 0);
	APART_CHECK(sandbox_clean(&sandbox, NULL) == 0);
	sandbox_release(&sandbox);
	APART_CHECK(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
	return 0;
}

Test(sandbox_sandbox, every_step_can_be_refused)
{
	unsigned n = 1;

	needs_isolation();
	while (run_apart(enter_with_fault, &n, APART_SAME_USER) == 0)
		n++;
	cr_expect(gt(uint, n, 8), "%u steps", n - 1);
}
