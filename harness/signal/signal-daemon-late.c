/*
 * name: signal-daemon-late
 * mechanism: signal
 * bug: SIGTERM lost during start-up (handler installed late)
 * about: signal-daemon-late PIDFILE: says that it is ready before it is ready for SIGTERM,
 *	which kills it then; the file stays
 * caught-as: wrong-exit killed leak
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

static volatile sig_atomic_t stop;

static void on_term(int sig)
{
	(void)sig;
	stop = 1;
}

static void write_pid(const char *path)
{
	int fd = safe_open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd < 0)
		die(path);
	dprintf(fd, "%d\n", (int)getpid());
	safe_close(&fd);
}

static void serve(void)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	char block[256];

	while (!stop) {
		if (poll(&p, 1, -1) < 0)
			continue;
		if (safe_read_some(STDIN_FILENO, block, sizeof(block)) <= 0)
			break;
	}
}

int main(int argc, char **argv)
{
	const char *path;

	args_init(argc, argv);
	path = args_operand();
	args_end();
	write_pid(path);
	printf("ready\n");
	fflush(stdout);
	on_signal(SIGTERM, on_term, 0);
	serve();
	unlink(path);
	printf("%s\n", stop ? "terminated" : "input ended");
	return 0;
}
