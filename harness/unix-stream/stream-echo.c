/*
 * name: stream-echo
 * mechanism: unix-stream
 * bug: none
 * about: stream-echo WHERE: greets one client and answers each of its records with one of its own
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/conn.h"
#include "lib/safe.h"
#include "lib/worker.h"

int main(int argc, char **argv)
{
	const char *where;
	int listener, fd, copy, status;

	args_init(argc, argv);
	where = args_operand();
	args_end();
	on_signal(SIGPIPE, SIG_IGN, 0);
	listener = conn_socket(where);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
	if (conn_bind(listener, where, 1) < 0)
		die(where);
	fprintf(stderr, "ready\n");
	do
		fd = accept(listener, NULL, NULL);
	while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
	if (fd < 0)
		die("accept");
	conn_send(fd, "welcome\n", 8);
	copy = dup(fd);
	if (copy < 0)
		die("dup");
	status = worker_answer(fd, copy, 1);
	safe_close(&listener);
	if (conn_is_path(where))
		unlink(conn_path(where));
	return status;
}
