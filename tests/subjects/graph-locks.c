/*
 * graph-locks.c - processes that wait for each other's locks, counters and semaphores
 *
 * graph-locks CASE: sets the case up and stays in it until it is killed.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/cases.h"
#include "lib/group.h"

static int turn[2]; /* a pipe: who may go on */
static int file, other, set;
static char byte;

static void go_on(void)
{
	if (write(turn[1], "x", 1) != 1)
		_exit(1);
}

static void await_turn(void)
{
	if (read(turn[0], &byte, 1) != 1)
		_exit(1);
	close(turn[0]);
	close(turn[1]);
}

static void no_turns(void)
{
	close(turn[0]);
	close(turn[1]);
}

static void wait_without_turns(void)
{
	no_turns();
	wait_for_all();
}

/* A description of its own of the same file. */
static int open_again(int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDWR);
}

static void lock_part(int fd, int command, off_t start, off_t length)
{
	struct flock lock = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = length};

	fcntl(fd, command, &lock);
}

static void change(short by)
{
	struct sembuf op = {.sem_op = by};

	semop(set, &op, 1);
}

/* --- file locks ------------------------------------------------------------ */

static int held, held_other; /* descriptions with locks */

static void want_other(void)
{
	no_turns();
	close(held_other);
	flock(open_again(other), LOCK_EX);
}

static void want_one(void)
{
	no_turns();
	close(held);
	flock(open_again(file), LOCK_EX);
}

static void only_has_them_open(void)
{
	no_turns();
	close(held);
	close(held_other);
	sleep_long();
}

/* The third has both files open, and no lock. */
static void flock_abba(void)
{
	held = open_again(file);
	held_other = open_again(other);
	flock(held, LOCK_EX);
	flock(held_other, LOCK_EX);
	start(want_other);
	start(want_one);
	start(only_has_them_open);
	close(held);
	close(held_other);
	wait_without_turns();
}

static void ofd_self(void)
{
	lock_part(open_again(file), F_OFD_SETLK, 0, 0);
	lock_part(file, F_OFD_SETLKW, 0, 0);
}

static void sleep_with_description(void)
{
	no_turns();
	sleep_long();
}

static void ofd_with_sharer(void)
{
	other = open_again(file);
	lock_part(other, F_OFD_SETLK, 0, 0);
	start(sleep_with_description);
	close(other);
	close(turn[0]);
	close(turn[1]);
	lock_part(file, F_OFD_SETLKW, 0, 0);
}

static void hold_first_half(void)
{
	lock_part(file, F_SETLKW, 0, 8);
	go_on();
	no_turns();
	sleep_long();
}

static void hold_second_half(void)
{
	lock_part(file, F_SETLKW, 8, 8);
	go_on();
	no_turns();
	if (pipe(turn) == 0 && read(turn[0], &byte, 1) == 1)
		go_on();
}

/* One sleeps with the bytes that nobody waits for. */
static void posix_parts(void)
{
	start(hold_first_half);
	start(hold_second_half);
	for (int i = 0; i < 2; i++)
		if (read(turn[0], &byte, 1) != 1)
			_exit(1);
	no_turns();
	lock_part(file, F_SETLKW, 8, 8);
}

static void keep_lock(void)
{
	no_turns();
	pause();
}

/* The one that took it has ended; its child has it. */
static void flock_inherited(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (fork() == 0) {
		flock(open_again(file), LOCK_EX);
		if (fork() == 0) /* start() would let it die with us */
			keep_lock();
		_exit(0);
	}
	wait(NULL);
	no_turns();
	flock(file, LOCK_EX);
}

/* --- eventfd ----------------------------------------------------------------- */

static void read_other(void)
{
	eventfd_t value;

	no_turns();
	close(file);
	eventfd_read(other, &value);
}

static void sleep_with_other(void)
{
	no_turns();
	close(file);
	sleep_long();
}

static void eventfd_pair(void (*second)(void))
{
	eventfd_t value;

	file = eventfd(0, 0);
	other = eventfd(0, 0);
	start(second);
	no_turns();
	close(other);
	eventfd_read(file, &value);
}

/* Each waits for its own counter, which nobody else has. */
static void eventfd_two(void)
{
	eventfd_pair(read_other);
}

static void eventfd_sleeper(void)
{
	eventfd_pair(sleep_with_other);
}

static void eventfd_full(void)
{
	file = eventfd(0, 0);
	eventfd_write(file, 0xfffffffffffffffe);
	eventfd_write(file, 1);
}

static void eventfd_shared(void)
{
	eventfd_t value;

	file = eventfd(0, 0);
	start(sleep_with_description);
	no_turns();
	eventfd_read(file, &value);
}

/* --- System V semaphores --------------------------------------------------------- */

static void new_set(void)
{
	set = semget(getpid(), 2, 0600 | IPC_CREAT); /* the test removes it */
}

static void raise_it(void)
{
	change(1);
}

static void sem_of_dead(void)
{
	new_set();
	start(raise_it);
	wait(NULL);
	change(-1);
	start(raise_it); /* another */
	wait(NULL);
	no_turns();
	change(-2);
}

static void hold_file_want_sem(void)
{
	lock_part(file, F_SETLKW, 0, 0);
	go_on();
	no_turns();
	change(-1);
}

static void want_file(void)
{
	await_turn();
	lock_part(file, F_SETLKW, 0, 0);
	change(1);
}

static void sem_and_file(void)
{
	new_set();
	start(hold_file_want_sem);
	start(want_file);
	wait_without_turns();
}

static void sem_and_sleeper(void)
{
	new_set();
	start(sleep_with_description);
	no_turns();
	change(-1);
}

static const struct named_case cases[] = {
	{"flock-abba", flock_abba},	      {"ofd-self", ofd_self},
	{"ofd-with-sharer", ofd_with_sharer}, {"posix-parts", posix_parts},
	{"flock-inherited", flock_inherited}, {"eventfd-two", eventfd_two},
	{"eventfd-sleeper", eventfd_sleeper}, {"eventfd-full", eventfd_full},
	{"eventfd-shared", eventfd_shared},   {"sem-of-dead", sem_of_dead},
	{"sem-and-file", sem_and_file},	      {"sem-and-sleeper", sem_and_sleeper},
};

int main(int argc, char **argv)
{
	if (argc != 2 || pipe(turn))
		return 2;
	file = memfd_create("one", MFD_CLOEXEC);
	other = memfd_create("other", MFD_CLOEXEC);
	return run_case(cases, sizeof(cases) / sizeof(cases[0]), argv[1]);
}
