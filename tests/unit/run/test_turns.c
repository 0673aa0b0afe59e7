/*
 * Runs that would meet each other's IPC objects take turns, and a worker that dies gives its back.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "lib/child.h"
#include "lib/fault.h"
#include "run/turns.h"

/* Takes the turn, says so, and keeps it until it is killed, or gives it when @gives. */
static pid_t start_worker(int turns, int said, bool gives)
{
	struct err err = ERR_INIT;
	pid_t pid = fork();

	if (pid)
		return pid;
	if (turns_take(turns, &err))
		_exit(1);
	if (gives)
		turns_give(turns);
	if (write(said, "x", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void end_worker(pid_t pid)
{
	cr_expect(eq(int, kill(pid, SIGKILL), 0));
	cr_expect(eq(int, waitpid(pid, NULL, 0), pid));
}

Test(run_turns, one_at_a_time_and_the_dead_have_none)
{
	struct err err = ERR_INIT;
	int turns, said[2];
	pid_t first, second;
	char byte;

	cr_assert(eq(int, turns_new(&turns, &err), 0));
	cr_assert(eq(int, pipe(said), 0));
	first = start_worker(turns, said[1], false);
	cr_expect(eq(int, (int)read(said[0], &byte, 1), 1));
	second = start_worker(turns, said[1], false);
	cr_expect(ge(int, (int)child_wait_asleep(second), 0));
	end_worker(first);
	cr_expect(eq(int, (int)read(said[0], &byte, 1), 1));
	end_worker(second);
	close(turns);
}

Test(run_turns, a_turn_that_is_given_can_be_taken)
{
	struct err err = ERR_INIT;
	int turns, said[2];
	pid_t first, second;
	char byte;

	cr_assert(eq(int, turns_new(&turns, &err), 0));
	cr_assert(eq(int, pipe(said), 0));
	first = start_worker(turns, said[1], true);
	cr_expect(eq(int, (int)read(said[0], &byte, 1), 1));
	second = start_worker(turns, said[1], false);
	cr_expect(eq(int, (int)read(said[0], &byte, 1), 1));
	end_worker(first);
	end_worker(second);
	close(turns);
}

Test(run_turns, needed_for_names_without_a_name_space)
{
	struct sandbox none = {0}, ipc = {0}, shm = {0};

	ipc.parts[SANDBOX_IPC].isolated = true;
	shm.parts[SANDBOX_SHM].isolated = true;
	cr_expect(turns_needed(&none, MECHANISM_SEM_SYSV));
	cr_expect(turns_needed(&shm, MECHANISM_MQ_POSIX));
	cr_expect(not(turns_needed(&ipc, MECHANISM_MSG_SYSV)));
	cr_expect(turns_needed(&ipc, MECHANISM_SEM_POSIX));
	cr_expect(not(turns_needed(&shm, MECHANISM_SHM_POSIX)));
	cr_expect(not(turns_needed(&none, MECHANISM_PIPE)));
}
