#include "lib/fault.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/mem.h"

#define POINTS_MAX 10000

static unsigned countdown;
static const char *failed;

static bool count_down(const char *operation)
{
	if (countdown == 0 || --countdown > 0)
		return false;
	failed = operation;
	return true;
}

void fault_arm(unsigned n)
{
	countdown = n;
	failed = NULL;
	fault_point_hook = count_down;
}

const char *fault_disarm(void)
{
	fault_point_hook = NULL;
	countdown = 0;
	return failed;
}

static unsigned open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	cr_assert(ne(ptr, dir, NULL));
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static size_t memory_in_use(void)
{
	const char *tunables = getenv("GLIBC_TUNABLES");

	if (!tunables || !strstr(tunables, "tcache_count=0"))
		return 0;
	return mallinfo2().uordblks;
}

static bool has_child(void)
{
	return waitpid(-1, NULL, WNOHANG | __WALL) != -1 || errno != ECHILD;
}

static void run_once(unsigned n, bool tolerant, int (*work)(void *), void *arg)
{
	unsigned descriptors = open_descriptors();
	size_t memory = memory_in_use();
	const char *operation;
	int code;

	fault_arm(n);
	code = work(arg);
	operation = fault_disarm();
	cr_expect(eq(uint, open_descriptors(), descriptors), "descriptors after point %u (%s)", n,
		  operation);
	cr_expect(eq(sz, memory_in_use(), memory), "memory after point %u (%s)", n, operation);
	cr_expect(not(has_child()), "a child is left after point %u (%s)", n, operation);
	if (operation && !tolerant)
		cr_expect(lt(int, code, 0), "point %u (%s) failed unnoticed", n, operation);
	if (!operation)
		cr_expect(eq(int, code, 0), "failed although no fault point did");
}

static void sweep(bool tolerant, int (*work)(void *), void *arg)
{
	unsigned n = 1;

	work(arg); /* what libraries allocate once and keep */
	run_once(0, tolerant, work, arg);
	do {
		run_once(n, tolerant, work, arg);
	} while (failed && ++n < POINTS_MAX);
	cr_assert(lt(uint, n, POINTS_MAX), "no end of fault points");
}

void fault_sweep(int (*work)(void *), void *arg)
{
	sweep(false, work, arg);
}

void fault_sweep_tolerant(int (*work)(void *), void *arg)
{
	sweep(true, work, arg);
}
