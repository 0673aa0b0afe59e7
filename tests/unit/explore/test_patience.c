#include "explore/patience.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "lib/child.h"

#define LIMIT_NS (5 * NS_PER_S) /* of the processor it is real, of the clock made up */
#define FOREVER	 (100 * LIMIT_NS)

static struct control *c;
static struct patience patience;

static pid_t make_child(bool spins)
{
	pid_t pid = fork();

	cr_assert(ge(int, pid, 0));
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		if (!spins)
			pause();
}

static void begin(bool spins, bool has_turn)
{
	pid_t pid = make_child(spins);

	c = calloc(1, sizeof(*c));
	cr_assert(ne(ptr, c, NULL));
	c->step = 7;
	c->flows_used = 1;
	c->turn = has_turn;
	c->flows[1].pid = c->flows[1].tid = pid;
	patience = (struct patience){.proc_fd = open("/proc", O_RDONLY | O_CLOEXEC),
				     .limit_ns = LIMIT_NS};
	child_wait_state(pid, spins ? 'R' : 'S');
}

static void end(void)
{
	kill(c->flows[1].pid, SIGKILL);
	waitpid(c->flows[1].pid, NULL, 0);
	close(patience.proc_fd);
	free(c);
}

Test(explore_patience, who_sleeps_is_stuck_after_a_while)
{
	for (int has_turn = 0; has_turn < 2; has_turn++) {
		begin(false, has_turn);
		cr_expect(not(patience_is_over(&patience, c, 1)));
		cr_expect(not(patience_is_over(&patience, c, LIMIT_NS)));
		cr_expect(not(patience_is_over(&patience, c, LIMIT_NS + 1)));
		cr_expect(not(patience_is_over(&patience, c, 2 * LIMIT_NS)));
		cr_expect(patience_is_over(&patience, c, 2 * LIMIT_NS + 1));
		end();
	}
}

Test(explore_patience, who_comes_to_a_point_is_not)
{
	begin(false, true);
	for (uint64_t now = 1; now < FOREVER; now += LIMIT_NS) {
		c->step++;
		cr_expect(not(patience_is_over(&patience, c, now)));
		cr_expect(not(patience_is_over(&patience, c, now + LIMIT_NS / 2)));
	}
	end();
}

/* The clock is what the test says: it has had the processor for a moment. */
Test(explore_patience, who_waits_for_a_processor_is_not)
{
	begin(true, true);
	for (uint64_t now = 1; now < FOREVER; now += LIMIT_NS)
		cr_expect(not(patience_is_over(&patience, c, now)));
	end();
}

Test(explore_patience, who_has_had_it_for_long_is)
{
	uint64_t now = 1;

	begin(true, true);
	patience.limit_ns = 20 * NS_PER_MS;
	alarm(30);
	while (!patience_is_over(&patience, c, now))
		now += LIMIT_NS;
	end();
}

Test(explore_patience, of_those_outside_one_that_runs_is_enough)
{
	begin(false, false);
	c->flows[2].pid = c->flows[2].tid = make_child(true);
	c->flows_used = 2;
	child_wait_state(c->flows[2].pid, 'R');
	for (uint64_t now = 1; now < FOREVER; now += LIMIT_NS)
		cr_expect(not(patience_is_over(&patience, c, now)));
	c->flows[2].is_gone = 1;
	for (uint64_t now = FOREVER; now < FOREVER + 3 * LIMIT_NS; now += LIMIT_NS)
		patience_is_over(&patience, c, now);
	cr_expect(patience_is_over(&patience, c, FOREVER + 3 * LIMIT_NS));
	kill(c->flows[2].pid, SIGKILL);
	waitpid(c->flows[2].pid, NULL, 0);
	end();
}
