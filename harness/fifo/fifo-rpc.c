/*
 * name: fifo-rpc
 * mechanism: fifo
 * bug: none
 * about: fifo-rpc PREFIX: a client and a server (its child) talk over two FIFOs,
 *	PREFIX.request and PREFIX.answer; both open them in the same order
 */
/* Twins with a bug include this file: fifo-rpc-order. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"
#include "lib/worker.h"

static char request[256], answer[256];

static int open_or_die(const char *path, int flags)
{
	int fd = safe_open(path, flags, 0);

	if (fd < 0)
		die(path);
	return fd;
}

static int server(void)
{
	int in, out;

	wait_for_input();
	in = open_or_die(request, O_RDONLY);
	out = open_or_die(answer, O_WRONLY);
	return worker_answer(in, out, 1);
}

static void client(unsigned records, struct tally *tally)
{
#ifdef BUG_ORDER
	int in = open_or_die(answer, O_RDONLY);
#endif
	int out = open_or_die(request, O_WRONLY);
#ifndef BUG_ORDER
	int in = open_or_die(answer, O_RDONLY);
#endif
	struct record r;

	for (unsigned seq = 0; seq <= records; seq++) {
		record_fill(&r, seq < records ? RECORD_DATA : RECORD_END, 0, seq);
		if (safe_write(out, &r, sizeof(r)) < 0 || safe_read(in, &r, sizeof(r)) != sizeof(r))
			break;
		tally_add(tally, &r);
	}
	safe_close(&out);
	safe_close(&in);
}

static void on_usr1(int sig)
{
	(void)sig;
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	const char *prefix;
	unsigned records;
	int status;
	pid_t pid;

	args_init(argc, argv);
	records = args_number("--records", 20);
	prefix = args_operand();
	args_end();
	snprintf(request, sizeof(request), "%s.request", prefix);
	snprintf(answer, sizeof(answer), "%s.answer", prefix);
	if (mkfifo(request, 0600) < 0 || mkfifo(answer, 0600) < 0)
		die(prefix);
	on_signal(SIGPIPE, SIG_IGN, 0);
	on_signal(SIGUSR1, on_usr1, 0);
	pid = make_child();
	if (pid == 0)
		_exit(server());
	client(records, &tally);
	if (safe_wait(pid, &status) < 0)
		die("wait");
	unlink(request);
	unlink(answer);
	tally_print(&tally, stdout);
	return worker_judge("the server", status);
}
