/*
 * name: eventfd-stream
 * mechanism: eventfd
 * bug: none
 * about: a child puts items into shared memory and adds one to an eventfd for each; the parent
 *	takes as many as the counter says; it begins when standard input ends, or with --late
 *	the child does; with --limit N it waits N ms for each event at most
 */
/*
 * Twins with a bug include this file: eventfd-stream-one, -no-eintr, -blocking, -patient.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"

#define ITEMS_MAX 1000

struct table {
	struct record items[ITEMS_MAX];
	atomic_uint produced;
};

static int events_fd;
static volatile sig_atomic_t child_has_ended;

/* An eventfd does not end with those who add to it: the death of the child is an event, too. */
static void on_child(int sig)
{
	const uint64_t one = 1;
	int error = errno;

	(void)sig;
	if (!a_child_has_ended())
		return;
	child_has_ended = 1;
	if (write(events_fd, &one, sizeof(one)) < 0)
		errno = error;
}

static void wait_for(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	while (poll(&p, 1, -1) < 0 && errno == EINTR)
		;
}

/* False when the time is over; an EINTR begins it anew, which nobody does for ever here. */
static bool comes_in_time(int fd, unsigned limit_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int n;

#ifdef BUG_PATIENT
	limit_ms = 0;
#endif
	do
		n = poll(&p, 1, limit_ms ? (int)limit_ms : -1);
	while (n < 0 && errno == EINTR);
	return n != 0;
}

/* Eight bytes or none; nonblocking or not is what others make of it. */
static int take_events(int fd, uint64_t *ret_count)
{
	while (read(fd, ret_count, sizeof(*ret_count)) < 0) {
#ifdef BUG_NO_EINTR
		return -1;
#elif defined(BUG_BLOCKING)
		if (errno != EINTR)
			return -1;
#else
		if (errno == EAGAIN)
			wait_for(fd, POLLIN);
		else if (errno != EINTR)
			return -1;
#endif
	}
	return 0;
}

static int add_event(int fd)
{
	const uint64_t one = 1;

	while (write(fd, &one, sizeof(one)) < 0) {
		if (errno == EAGAIN)
			wait_for(fd, POLLOUT);
		else if (errno != EINTR)
			return -1;
	}
	return 0;
}

static int produce(int fd, struct table *table, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		record_fill(&table->items[i], RECORD_DATA, 0, i);
		table->produced = i + 1;
		if (add_event(fd) < 0)
			return STATUS_WRONG;
	}
	return 0;
}

static bool consume(int fd, const struct table *table, unsigned count, unsigned limit_ms,
		    struct tally *tally)
{
	unsigned next = 0;
	uint64_t events;

	while (next < count && !(child_has_ended && next == table->produced)) {
		if (limit_ms && !comes_in_time(fd, limit_ms))
			return false;
		if (take_events(fd, &events) < 0)
			die("read");
#ifdef BUG_ONE
		events = 1;
#endif
		for (; events > 0 && next < table->produced; events--)
			tally_add(tally, &table->items[next++]);
	}
	return true;
}

static void on_usr1(int sig)
{
	(void)sig;
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	struct table *table;
	unsigned count, limit_ms;
	bool late;
	int fd, status;
	pid_t pid;

	args_init(argc, argv);
	count = args_number("--items", 10) % (ITEMS_MAX + 1);
	late = args_flag("--late");
	limit_ms = args_number("--limit", 0);
	args_end();
	on_signal(SIGUSR1, on_usr1, 0);
	fd = eventfd(0, EFD_CLOEXEC);
	table = mmap(NULL, sizeof(*table), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (fd < 0 || table == MAP_FAILED)
		die("eventfd");
	events_fd = fd;
	on_signal(SIGCHLD, on_child, SA_RESTART | SA_NOCLDSTOP);
	pid = make_child();
	if (late == (pid == 0))
		say_and_wait("started");
	if (pid == 0)
		exit(produce(fd, table, count));
	if (!consume(fd, table, count, limit_ms, &tally)) {
		printf("nothing came in time after %u\n", tally.records);
		return STATUS_NOBODY;
	}
	if (safe_wait(pid, &status) < 0)
		die("wait");
	tally_print(&tally, stdout);
	return tally_is_clean(&tally) && tally.records == count && !status ? 0 : STATUS_WRONG;
}
