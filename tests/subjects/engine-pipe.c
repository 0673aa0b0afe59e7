/*
 * Pipes that others read, write or have filled, as engine-victim has its cases; what came of it is
 * printed.
 *
 * libs: -pthread
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "lib/cases.h"
#include "lib/pipe.h"
#include "lib/say.h"

static void *wait_in_read(void *arg)
{
	char text[8];
	long n = read(IN, text, sizeof(text));

	say("reader %ld\n", n);
	return arg;
}

/* Two processes and two threads of a third one hold the read end, all asleep in read. */
static void start_readers(void)
{
	pid_t pids[3];

	for (int i = 0; i < 3; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(OUT);
		if (i == 2) {
			pthread_t thread;

			pthread_create(&thread, NULL, wait_in_read, NULL);
			wait_in_read(NULL);
			pthread_join(thread, NULL);
		} else {
			wait_in_read(NULL);
		}
		_exit(0);
	}
	for (int i = 0; i < 3; i++)
		until_asleep(pids[i], i == 2 ? 2 : 1);
	close(IN);
}

static void case_holders(void)
{
	long result;
	int error;

	signal(SIGPIPE, SIG_IGN);
	make_pipe();
	start_readers();
	result = write(OUT, "x", 1);
	error = errno;
	while (wait(NULL) > 0)
		;
	errno = error;
	say_result("write", result);
}

/* The write end in three processes that do something else; one of them twice. */
static void case_writers(void)
{
	char text[8];
	pid_t pids[2];

	make_pipe();
	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (i && dup(OUT) < 0)
			_exit(94);
		for (;;)
			pause();
	}
	for (int i = 0; i < 2; i++)
		until_asleep(pids[i], 1);
	say_result("read", read(IN, text, sizeof(text)));
	close(OUT);
	say_result("read", read(IN, text, sizeof(text)));
}

/* Asleep in a write to a full pipe that nobody reads. */
static void case_full_write(void)
{
	static char page[65536];

	signal(SIGPIPE, SIG_IGN);
	make_pipe();
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(OUT);
		pause();
	}
	close(IN);
	syscall(SYS_pwritev2, OUT, &(struct iovec){page, sizeof(page)}, 1, -1L, -1L, 0);
	say_result("write", write(OUT, "x", 1));
}

static void write_and_say_size(void)
{
	say_result("write", write(OUT, "hello", 5));
	say_result("size", fcntl(OUT, F_GETPIPE_SZ));
}

static void case_capacity(void)
{
	make_pipe();
	write_and_say_size();
}

static void case_capacity_used(void)
{
	static char page[3 * 4096];

	make_pipe();
	syscall(SYS_pwritev2, OUT, &(struct iovec){page, sizeof(page)}, 1, -1L, -1L, 0);
	write_and_say_size();
}

/* Bytes whose place can be told: 0, 1, …, 250, 0, … */
static void put_numbered(size_t count)
{
	static unsigned char bytes[65536];

	for (size_t i = 0; i < count; i++)
		bytes[i] = (unsigned char)(i % 251);
	if (syscall(SYS_pwritev2, OUT, &(struct iovec){bytes, count}, 1, -1L, -1L, 0) !=
	    (long)count)
		_exit(95);
}

static void say_numbered(size_t want)
{
	static unsigned char bytes[65536];
	size_t got = 0, bad = 0;
	ssize_t n;

	unblock(IN);
	while ((n = read(IN, bytes, sizeof(bytes))) > 0)
		for (ssize_t i = 0; i < n; i++)
			bad += bytes[i] != (unsigned char)(got++ % 251);
	say("read back %zu of %zu, %zu wrong, then %s\n", got, want, bad,
	    n < 0 ? strerrorname_np(errno) : "the end");
}

static void case_fill(const char *size)
{
	size_t count = (size_t)atoi(size);

	make_pipe();
	put_numbered(count);
	unblock(OUT);
	say_result("write", write(OUT, "x", 1));
	say_numbered(count);
	say_result("write", write(OUT, "x", 1));
}

static void *ask_poll(void *arg)
{
	char text[8];

	say_result("asleep read", read(IN, text, sizeof(text)));
	return arg;
}

static void case_fill_reader(void)
{
	pthread_t thread;

	make_pipe();
	pthread_create(&thread, NULL, ask_poll, NULL);
	until_asleep(getpid(), 1);
	say_result("write", write(OUT, "abc", 3));
	pthread_join(thread, NULL);
}

static void case_drain(void)
{
	char text[8];

	make_pipe();
	put("hello");
	unblock(IN);
	say_result("read", read(IN, text, sizeof(text)));
}

static const struct named_case cases[] = {
	{"holders", case_holders},
	{"writers", case_writers},
	{"full-write", case_full_write},
	{"capacity", case_capacity},
	{"capacity-used", case_capacity_used},
	{"fill-reader", case_fill_reader},
	{"drain", case_drain},
};

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (strncmp(name, "fill-", 5) == 0 && name[5] >= '0' && name[5] <= '9') {
		case_fill(name + 5);
		return 0;
	}
	return run_case(cases, sizeof(cases) / sizeof(cases[0]), name);
}
