/*
 * name: msg-text
 * mechanism: msg-sysv
 * bug: none
 * about: takes lines of text from a child, in a buffer that grows with the longest message
 */
/* A twin with a bug includes this file: msg-text-cut. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

#define LINES  8
#define BUFFER 64 /* to begin with */

struct text {
	long type;
	char data[];
};

/* Lines of 20, 40, ... bytes, then an empty one. */
static _Noreturn void send_lines(int queue)
{
	struct text *m = calloc(1, sizeof(*m) + LINES * 20);

	if (!m)
		die("memory");
	m->type = 1;
	for (unsigned i = 1; i <= LINES; i++) {
		memset(m->data, (int)('a' + i), i * 20);
		if (msgsnd(queue, m, i * 20, 0))
			die("msgsnd");
	}
	if (msgsnd(queue, m, 0, 0))
		die("msgsnd");
	exit(0);
}

/* Bytes of the next message, *@m may move. */
static ssize_t receive(int queue, struct text **m, size_t *size)
{
	for (;;) {
#ifdef BUG_CUT
		ssize_t n = msgrcv(queue, *m, *size, 0, MSG_NOERROR);
#else
		ssize_t n = msgrcv(queue, *m, *size, 0, 0);
#endif

		if (n >= 0)
			return n;
		if (errno == E2BIG) {
			*size *= 2;
			*m = realloc(*m, sizeof(**m) + *size);
			if (!*m)
				die("memory");
		} else if (errno != EINTR) {
			die("msgrcv");
		}
	}
}

int main(int argc, char **argv)
{
	int queue = msgget(IPC_PRIVATE, 0600), status;
	struct text *m = malloc(sizeof(*m) + BUFFER);
	size_t size = BUFFER, bytes = 0;
	unsigned lines = 0;
	pid_t child;
	ssize_t n;

	args_init(argc, argv);
	args_end();
	if (queue < 0 || !m)
		die("queue");
	child = make_child();
	if (child == 0)
		send_lines(queue);
	while ((n = receive(queue, &m, &size)) > 0) {
		lines++;
		bytes += (size_t)n;
	}
	safe_wait(child, &status);
	msgctl(queue, IPC_RMID, NULL);
	free(m);
	printf("lines %u bytes %zu\n", lines, bytes);
	return 0;
}
