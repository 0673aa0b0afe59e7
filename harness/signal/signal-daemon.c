/*
 * name: signal-daemon
 * mechanism: signal
 * bug: none
 * about: signal-daemon PIDFILE: writes it, prints "ready", serves until SIGTERM or the end
 *	of standard input, and removes it; it is ready for SIGTERM before it says that it is
 *	ready
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

static int open_signals(void)
{
	sigset_t term;
	int fd;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	fd = signalfd(-1, &term, SFD_CLOEXEC);
	if (fd < 0)
		die("signalfd");
	return fd;
}

static void write_pid(const char *path)
{
	int fd = safe_open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd < 0)
		die(path);
	dprintf(fd, "%d\n", (int)getpid());
	safe_close(&fd);
}

/* True when it was told to stop. */
static bool serve(int signals)
{
	struct signalfd_siginfo info;
	char block[256];

	for (;;) {
		struct pollfd p[2] = {{.fd = signals, .events = POLLIN},
				      {.fd = STDIN_FILENO, .events = POLLIN}};

		if (poll(p, 2, -1) < 0 && errno != EINTR)
			die("poll");
		if (p[0].revents)
			return safe_read(signals, &info, sizeof(info)) == sizeof(info);
		if (p[1].revents && safe_read_some(STDIN_FILENO, block, sizeof(block)) <= 0)
			return false;
	}
}

int main(int argc, char **argv)
{
	const char *path;
	bool stopped;
	int signals;

	args_init(argc, argv);
	path = args_operand();
	args_end();
	signals = open_signals();
	write_pid(path);
	printf("ready\n");
	fflush(stdout);
	stopped = serve(signals);
	safe_close(&signals);
	unlink(path);
	printf("%s\n", stopped ? "terminated" : "input ended");
	return 0;
}
