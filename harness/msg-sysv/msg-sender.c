/*
 * name: msg-sender
 * mechanism: msg-sysv
 * bug: none
 * about: sends records to a System V queue, waits while it is full (with --try after it has
 *	tried), and reports a queue that was removed
 */
/* Twins with a bug include this file: msg-sender-no-eintr, msg-sender-drop. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "lib/args.h"
#include "msg-sysv/message.h"

static volatile sig_atomic_t asked;

static void on_usr1(int sig)
{
	(void)sig;
	asked++;
}

/* SA_RESTART is no help: the kernel never restarts these calls, see signal(7). */
#if defined(BUG_NO_EINTR)
static int send_message(int queue, const struct message *m, int flags)
{
	return msgsnd(queue, m, sizeof(m->record), flags) ? -errno : 0;
}
#elif defined(BUG_DROP)
/* "A full queue means that nobody is interested." */
static int send_message(int queue, const struct message *m, int flags)
{
	if (msgsnd(queue, m, sizeof(m->record), flags) && errno != EAGAIN && errno != EINTR)
		return -errno;
	return 0;
}
#else
static int send_message(int queue, const struct message *m, int flags)
{
	while (msgsnd(queue, m, sizeof(m->record), flags)) {
		if (errno != EINTR && errno != EAGAIN)
			return -errno;
		flags = 0;
	}
	return 0;
}
#endif

static int send_all(int queue, unsigned records, int flags)
{
	struct message m = {.type = 1};
	int error = 0;

	for (unsigned seq = 0; !error && seq <= records; seq++) {
		record_fill(&m.record, seq < records ? RECORD_DATA : RECORD_END, 0, seq);
		error = send_message(queue, &m, flags);
	}
	return error;
}

int main(int argc, char **argv)
{
	unsigned records;
	int queue, error, flags;

	args_init(argc, argv);
	records = args_number("--records", 20);
	flags = args_flag("--try") ? IPC_NOWAIT : 0;
	queue = open_queue(args_operand());
	args_end();
	on_signal(SIGUSR1, on_usr1, SA_RESTART);
	error = send_all(queue, records, flags);
	if (error == -EIDRM || error == -EINVAL) {
		fprintf(stderr, "the queue has gone\n");
		return STATUS_GONE;
	}
	if (error) {
		fprintf(stderr, "msgsnd: %s\n", strerror(-error));
		return STATUS_WRONG;
	}
	return 0;
}
