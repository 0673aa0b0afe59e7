/*
 * name: msg-receiver
 * mechanism: msg-sysv
 * bug: none
 * about: receives records from a System V queue, checks them, prints the tally and removes the
 *	queue; reports one that was removed by somebody else
 */
/* Twins with a bug include this file: msg-receiver-no-eintr, msg-receiver-spin,
 * msg-receiver-credulous.
 */
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
static int receive(int queue, struct message *m)
{
	while (msgrcv(queue, m, sizeof(m->record), 0, 0) < 0) {
#if defined(BUG_NO_EINTR)
		return -errno;
#elif !defined(BUG_SPIN)
		if (errno != EINTR)
			return -errno;
#endif
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	struct message m;
	int queue, error = 0;

	args_init(argc, argv);
	queue = open_queue(args_operand());
	args_end();
	on_signal(SIGUSR1, on_usr1, SA_RESTART);
	while (!error && !tally.ends) {
		error = receive(queue, &m);
		if (!error)
			tally_add(&tally, &m.record);
	}
	tally_print(&tally, stdout);
	if (error == -EIDRM || error == -EINVAL) {
		fprintf(stderr, "the queue has gone\n");
		return STATUS_GONE;
	}
	msgctl(queue, IPC_RMID, NULL);
	if (error) {
		fprintf(stderr, "msgrcv: %s\n", strerror(-error));
		return STATUS_WRONG;
	}
#ifdef BUG_CREDULOUS
	return 0;
#else
	return tally_is_clean(&tally) ? 0 : STATUS_WRONG;
#endif
}
