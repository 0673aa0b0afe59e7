/*
 * name: udp-feed
 * mechanism: udp
 * bug: none
 * about: a child sends numbered steps over UDP, and nobody acknowledges; the parent applies
 *	them in the order of their numbers and says how many have not come
 */
/* Twins with a bug include this file: udp-feed-arrival, -trusting, -unchecked. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "udp/udp.h"

#define STEPS_MAX 64
#define PATIENCE  100 /* ms for those that come after the end */

static bool has_come[STEPS_MAX];

static unsigned apply(unsigned state, unsigned step)
{
	return state * 31 + step + 1;
}

static int feed(int fd, const struct sockaddr_in *to, unsigned steps)
{
	struct record r;

	udp_connect(fd, to);
	for (unsigned seq = 0; seq <= steps; seq++) {
		record_fill(&r, seq < steps ? RECORD_DATA : RECORD_END, 0, seq);
		if (send(fd, &r, sizeof(r), 0) < 0)
			return STATUS_WRONG;
	}
	return 0;
}

#ifdef BUG_ARRIVAL
/* One after the other, as they come. */
static unsigned in_order_of_arrival;
#endif

static unsigned missing(unsigned steps)
{
	unsigned count = 0;

	for (unsigned i = 0; i < steps; i++)
		count += !has_come[i];
	return count;
}

/* Returns how many there were to be. */
static unsigned receive_all(int fd, unsigned most)
{
	unsigned steps = most;
	struct record r;

	while (udp_wait(fd, steps < most || !missing(steps) ? PATIENCE : 2000)) {
		if (recv(fd, &r, sizeof(r), MSG_DONTWAIT) != sizeof(r))
			continue;
#ifndef BUG_UNCHECKED
		if (!record_is_sound(&r))
			continue;
#endif
		if (r.kind == RECORD_END)
			steps = r.seq;
		else if (r.seq < STEPS_MAX && !has_come[r.seq]) {
			has_come[r.seq] = true;
#ifdef BUG_ARRIVAL
			in_order_of_arrival = apply(in_order_of_arrival, r.seq);
#endif
		}
		if (steps < most && !missing(steps))
			break;
	}
	return steps < most ? steps : 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in ours, theirs;
	int fd = udp_open(&ours), other = udp_open(&theirs), status;
	unsigned records, steps, lost, state = 0;
	pid_t pid;

	args_init(argc, argv);
	records = args_number("--steps", 20);
	args_end();
	pid = make_child();
	if (pid == 0)
		exit(feed(other, &ours, records < STEPS_MAX ? records : STEPS_MAX - 1));
	safe_close(&other);
	steps = receive_all(fd, STEPS_MAX);
	if (safe_wait(pid, &status) < 0)
		die("wait");
	lost = missing(steps);
	for (unsigned i = 0; i < steps; i++)
		if (has_come[i])
			state = apply(state, i);
#ifdef BUG_ARRIVAL
	state = in_order_of_arrival;
#endif
	printf("steps %u state %08x\n", steps - lost, state);
#ifdef BUG_TRUSTING
	return 0;
#endif
	if (lost)
		fprintf(stderr, "%u of %u steps have not come\n", lost, steps);
	return lost || !steps ? STATUS_WRONG : 0;
}
