/*
 * name: signal-errno
 * mechanism: signal
 * bug: none
 * about: signal-errno DIR: loads five optional settings, each a file of DIR; one that is
 *	not there has its default; the handler keeps errno
 */
/* Twins with a bug include this file: signal-errno-clobber. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

static int wake[2];
static volatile sig_atomic_t failed_wakes;

static void on_usr1(int sig)
{
#ifndef BUG_CLOBBER
	int saved = errno;
#endif

	/* EAGAIN while nobody has emptied the pipe: what is in it is enough to wake. */
	failed_wakes += write(wake[1], &sig, sizeof(sig)) < 0;
#ifndef BUG_CLOBBER
	errno = saved;
#endif
}

/* A pipe that does not block, and is full already. */
static void set_up_wake(void)
{
	char block[4096] = {0};

	if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) < 0)
		die("pipe");
	while (write(wake[1], block, sizeof(block)) > 0)
		;
}

/* What open came to: 1 = loaded, 0 = not there, -1 = broken. */
static __attribute__((noinline)) int judge(int fd, const char *path)
{
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	close(fd);
	return 1;
}

static int load(const char *dir, unsigned i)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/setting%u.conf", dir, i);
	return judge(open(path, O_RDONLY | O_CLOEXEC), path);
}

int main(int argc, char **argv)
{
	unsigned defaults = 0, broken = 0;
	const char *dir;

	args_init(argc, argv);
	dir = args_operand();
	args_end();
	set_up_wake();
	on_signal(SIGUSR1, on_usr1, SA_RESTART);
	for (unsigned i = 0; i < 5; i++) {
		int state = load(dir, i);

		defaults += state == 0;
		broken += state < 0;
	}
	signal(SIGUSR1, SIG_IGN); /* the handler writes to what is closed now */
	safe_close(&wake[0]);
	safe_close(&wake[1]);
	printf("defaults %u broken %u\n", defaults, broken);
	return broken ? STATUS_WRONG : 0;
}
