/*
 * graph-cases.c - processes that wait for each other in every way that there is
 *
 * graph-cases CASE: sets the case up and stays in it until it is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/cases.h"
#include "lib/group.h"

static int a[2], b[2], c[2]; /* pipes */

static void keep_only(int x, int y)
{
	int *all[] = {a, b, c};

	for (int i = 0; i < 3; i++) {
		for (int k = 0; k < 2; k++) {
			if (all[i][k] != x && all[i][k] != y)
				close(all[i][k]);
		}
	}
}

/* --- pipes ---------------------------------------------------------------- */

static void a_to_b(void)
{
	keep_only(a[0], b[1]);
	ask(a[0]);
	tell(b[1]);
}

static void b_to_a(void)
{
	keep_only(b[0], a[1]);
	ask(b[0]);
	tell(a[1]);
}

static void pipe_cycle(void)
{
	start(a_to_b);
	start(b_to_a);
	keep_only(-1, -1);
	wait_for_all();
}

static void write_much(int out)
{
	static const char block[4096];

	while (write(out, block, sizeof(block)) > 0)
		;
}

static void fill_b(void)
{
	keep_only(a[0], b[1]);
	write_much(b[1]);
}

static void fill_a(void)
{
	keep_only(b[0], a[1]);
	write_much(a[1]);
}

static void full_pipes(void)
{
	start(fill_b);
	start(fill_a);
	keep_only(-1, -1);
	wait_for_all();
}

static void own_write_end(void)
{
	ask(a[0]);
}

static void b_to_c(void)
{
	keep_only(b[0], c[1]);
	ask(b[0]);
}

static void c_to_a(void)
{
	keep_only(c[0], a[1]);
	ask(c[0]);
}

static void three_cycle(void)
{
	start(a_to_b);
	start(b_to_c);
	start(c_to_a);
	keep_only(-1, -1);
	wait_for_all();
}

/* The classical one: the parent forgot to close its write end. */
static void read_a(void)
{
	keep_only(a[0], -1);
	ask(a[0]);
}

static void inherited_write_end(void)
{
	start(read_a);
	keep_only(a[1], -1);
	wait_for_all();
}

static void sleep_with_write_end(void)
{
	keep_only(a[1], -1);
	sleep_long();
}

static void extra_holder(void)
{
	start(a_to_b);
	start(b_to_a);
	start(sleep_with_write_end);
	keep_only(-1, -1);
	wait_for_all();
}

static void unrelated_sleeper(void)
{
	start(a_to_b);
	start(b_to_a);
	keep_only(-1, -1);
	sleep_long();
}

static void nothing(int sig)
{
	(void)sig;
}

static void a_to_b_with_handler(void)
{
	struct sigaction action = {.sa_handler = nothing};

	sigaction(SIGUSR1, &action, NULL);
	a_to_b();
}

static void handler_and_sleeper(void)
{
	start(a_to_b_with_handler);
	start(b_to_a);
	keep_only(-1, -1);
	sleep_long();
}

static void handler_and_nobody(void)
{
	start(a_to_b_with_handler);
	start(b_to_a);
	keep_only(-1, -1);
	wait_for_all();
}

static void stdin_reader(void)
{
	keep_only(-1, -1);
	ask(0);
}

/* --- poll, select, epoll --------------------------------------------------- */

static void poll_both(int timeout)
{
	struct pollfd fds[] = {{a[0], POLLIN, 0}, {-1, POLLIN, 0}, {b[0], POLLIN, 0}};

	keep_only(a[0], b[0]);
	poll(fds, 3, timeout);
}

static void poll_for_ever(void)
{
	poll_both(-1);
}

static void poll_a_while(void)
{
	poll_both(1000000);
}

static void poll_cycle(void)
{
	start(poll_for_ever);
	keep_only(a[1], b[1]);
	wait_for_all();
}

static void poll_timed(void)
{
	start(poll_a_while);
	keep_only(a[1], b[1]);
	wait_for_all();
}

static void select_a(void)
{
	fd_set set;

	keep_only(a[0], -1);
	FD_ZERO(&set);
	FD_SET(a[0], &set);
	select(a[0] + 1, &set, NULL, NULL, NULL);
}

static void select_cycle(void)
{
	start(select_a);
	keep_only(a[1], -1);
	wait_for_all();
}

static void epoll_a(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	int fd = epoll_create1(EPOLL_CLOEXEC);

	keep_only(a[0], -1);
	epoll_ctl(fd, EPOLL_CTL_ADD, a[0], &event);
	epoll_wait(fd, &event, 1, -1);
}

static void epoll_cycle(void)
{
	start(epoll_a);
	keep_only(a[1], -1);
	wait_for_all();
}

static void poll_nothing(void)
{
	keep_only(-1, -1);
	poll(NULL, 0, -1);
}

static void read_eventfd(void)
{
	eventfd_t value;

	eventfd_read(eventfd(0, 0), &value);
}

static void read_timerfd(bool armed)
{
	const struct itimerspec time = {.it_value = {.tv_sec = 1000}};
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);
	uint64_t count;

	if (armed)
		timerfd_settime(fd, 0, &time, NULL);
	if (read(fd, &count, sizeof(count)) < 0)
		_exit(1);
}

static void timerfd_armed(void)
{
	read_timerfd(true);
}

static void timerfd_disarmed(void)
{
	read_timerfd(false);
}

/* --- the rest ---------------------------------------------------------------- */

static void pause_alone(void)
{
	pause();
}

static void child_sleeps(void)
{
	sleep_long();
}

static void pause_with_sleeper(void)
{
	start(child_sleeps);
	pause();
}

static void suspend_with_reader(void)
{
	sigset_t none;

	start(read_a);
	keep_only(a[1], -1);
	sigemptyset(&none);
	sigsuspend(&none);
}

static void wait_for_sleeper(void)
{
	start(child_sleeps);
	wait_for_all();
}

static void with_alarm(void)
{
	alarm(1000);
	ask(a[0]);
}

static void with_posix_timer(void)
{
	const struct itimerspec time = {.it_value = {.tv_sec = 1000}};
	timer_t timer;

	timer_create(CLOCK_MONOTONIC, NULL, &timer);
	timer_settime(timer, 0, &time, NULL);
	ask(a[0]);
}

static char *fifo(const char *name)
{
	static char paths[2][64];
	char *path = paths[name[0] == 'y'];

	snprintf(path, sizeof(paths[0]), "/tmp/graph-cases-%s-%d", name, getppid());
	mkfifo(path, 0600);
	return path;
}

static void open_x_then_y(void)
{
	open(fifo("x"), O_RDONLY);
	open(fifo("y"), O_WRONLY);
}

static void open_y_then_x(void)
{
	open(fifo("y"), O_RDONLY);
	open(fifo("x"), O_WRONLY);
}

static void fifo_order(void)
{
	start(open_x_then_y);
	start(open_y_then_x);
	wait_for_all();
}

static void fifo_no_peer(void)
{
	open(fifo("x"), O_WRONLY);
}

static void fifo_and_sleeper(void)
{
	start(child_sleeps);
	open(fifo("x"), O_WRONLY);
}

static int lock_file(void)
{
	return open("/proc/self/exe", O_RDONLY);
}

static void flock_and_read(void)
{
	int fd = lock_file();

	keep_only(a[0], b[1]);
	flock(fd, LOCK_EX);
	tell(b[1]);
	ask(a[0]);
}

static void wait_flock(void)
{
	keep_only(a[1], b[0]);
	ask(b[0]);
	flock(lock_file(), LOCK_EX);
}

static void flock_cycle(void)
{
	start(flock_and_read);
	start(wait_flock);
	keep_only(-1, -1);
	wait_for_all();
}

static void posix_lock(int fd)
{
	struct flock lock = {.l_type = F_WRLCK};

	fcntl(fd, F_SETLKW, &lock);
}

static int shared_fd;

static void lock_and_read(void)
{
	keep_only(a[0], b[1]);
	posix_lock(shared_fd);
	tell(b[1]);
	ask(a[0]);
}

static void wait_lock(void)
{
	keep_only(a[1], b[0]);
	ask(b[0]);
	posix_lock(shared_fd);
}

static void lock_and_sleep(void)
{
	keep_only(-1, b[1]);
	posix_lock(shared_fd);
	tell(b[1]);
	sleep_long();
}

static void fcntl_cycle(void)
{
	shared_fd = memfd_create("lock", 0);
	start(lock_and_read);
	start(wait_lock);
	keep_only(-1, -1);
	wait_for_all();
}

static void fcntl_sleeper(void)
{
	shared_fd = memfd_create("lock", 0);
	start(lock_and_sleep);
	start(wait_lock);
	keep_only(-1, -1);
	wait_for_all();
}

static void vfork_child(void)
{
	keep_only(a[0], a[1]);
	if (vfork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		ask(a[0]);
		_exit(0);
	}
}

static void stopped(void)
{
	start(read_a);
	keep_only(a[1], -1);
	raise(SIGSTOP);
}

static const struct named_case cases[] = {
	{"pipe-cycle", pipe_cycle},
	{"full-pipes", full_pipes},
	{"own-write-end", own_write_end},
	{"three-cycle", three_cycle},
	{"inherited-write-end", inherited_write_end},
	{"extra-holder", extra_holder},
	{"unrelated-sleeper", unrelated_sleeper},
	{"handler-and-sleeper", handler_and_sleeper},
	{"handler-and-nobody", handler_and_nobody},
	{"stdin-reader", stdin_reader},
	{"poll-cycle", poll_cycle},
	{"poll-timed", poll_timed},
	{"poll-nothing", poll_nothing},
	{"select-cycle", select_cycle},
	{"epoll-cycle", epoll_cycle},
	{"eventfd", read_eventfd},
	{"timerfd-armed", timerfd_armed},
	{"timerfd-disarmed", timerfd_disarmed},
	{"pause-alone", pause_alone},
	{"pause-with-sleeper", pause_with_sleeper},
	{"suspend-with-reader", suspend_with_reader},
	{"wait-for-sleeper", wait_for_sleeper},
	{"with-alarm", with_alarm},
	{"with-posix-timer", with_posix_timer},
	{"fifo-order", fifo_order},
	{"fifo-no-peer", fifo_no_peer},
	{"fifo-and-sleeper", fifo_and_sleeper},
	{"flock-cycle", flock_cycle},
	{"fcntl-cycle", fcntl_cycle},
	{"fcntl-sleeper", fcntl_sleeper},
	{"vfork", vfork_child},
	{"stopped", stopped},
};

int main(int argc, char **argv)
{
	if (argc != 2 || pipe(a) || pipe(b) || pipe(c))
		return 2;
	return run_case(cases, sizeof(cases) / sizeof(cases[0]), argv[1]);
}
