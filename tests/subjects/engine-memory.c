/*
 * One use of memory that shows an object, chosen by the first argument; what
 * came of it is printed.  Nothing is left behind.
 *
 * libs: -lrt
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cases.h"
#include "lib/say.h"

#define PAGE 4096

static sigjmp_buf before;

static void on_sigbus(int signal)
{
	(void)signal;
	siglongjmp(before, 1);
}

static void look(const char *at)
{
	signal(SIGBUS, on_sigbus);
	if (sigsetjmp(before, 1))
		say("SIGBUS\n");
	else
		say("'%c'\n", *(const volatile char *)at);
}

static char *map(int fd)
{
	char *at = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (fd < 0 || at == MAP_FAILED)
		_exit(98);
	return at;
}

static int make(unsigned seals)
{
	int fd = memfd_create("memory", MFD_ALLOW_SEALING);
	static char zeros[2 * PAGE];

	memset(zeros, 'x', sizeof(zeros));
	if (write(fd, zeros, sizeof(zeros)) != sizeof(zeros) ||
	    (seals && fcntl(fd, F_ADD_SEALS, seals)))
		_exit(97);
	return fd;
}

static void case_open(void)
{
	int fd = make(0);
	char *at = map(fd);

	msync(at, PAGE, MS_ASYNC);
	look(at + PAGE);
}

static void case_sealed(void)
{
	char *at = map(make(F_SEAL_SHRINK));

	msync(at, PAGE, MS_ASYNC);
	look(at + PAGE);
}

/* Nobody has a descriptor any more. */
static void case_named(void)
{
	char name[64];
	struct stat st;
	char *at;
	int fd;

	snprintf(name, sizeof(name), "/tmp/engine-memory-%d", getpid());
	fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd < 0 || ftruncate(fd, 2 * PAGE))
		_exit(97);
	at = map(fd);
	close(fd);
	memset(at, 'x', 2 * PAGE);
	msync(at, PAGE, MS_ASYNC);
	look(at + PAGE);
	say("%s\n", stat(name, &st) ? "no name" : "has a name");
	unlink(name);
}

static void count_changes(const char *at)
{
	unsigned changed = 0;

	for (unsigned i = 0; i < 2 * PAGE; i++)
		changed += at[i] != 'x';
	say("%u changed\n", changed);
}

/* A child that could store there as well. */
static void case_shared(void)
{
	char *at = map(make(0)), byte;
	int ends[2];
	pid_t child;

	if (pipe(ends))
		_exit(97);
	child = fork();
	if (child == 0) {
		close(ends[1]);
		_exit(read(ends[0], &byte, 1) != 0);
	}
	msync(at, PAGE, MS_ASYNC);
	count_changes(at);
	close(ends[1]);
	waitpid(child, NULL, 0);
}

static void case_alone(void)
{
	char *at = map(make(0));

	msync(at, PAGE, MS_ASYNC);
	count_changes(at);
}

static void case_write(void)
{
	static char data[2 * PAGE];
	int fd = make(0);

	pwrite(fd, data, sizeof(data), 0);
	say("written\n");
}

static const struct named_case cases[] = {
	{"open", case_open},	 {"sealed", case_sealed}, {"named", case_named},
	{"shared", case_shared}, {"alone", case_alone},	  {"write", case_write},
};

int main(int argc, char **argv)
{
	(void)argc;
	return run_case(cases, sizeof(cases) / sizeof(cases[0]), argv[1]);
}
