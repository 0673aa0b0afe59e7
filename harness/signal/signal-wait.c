/*
 * name: signal-wait
 * mechanism: signal
 * bug: none
 * about: lets a child check records and waits for its verdict, whatever signals come
 *	meanwhile
 */
/* Twins with a bug include this file: signal-wait-no-eintr. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"

static void on_usr1(int sig)
{
	(void)sig;
}

static int check_records(unsigned records)
{
	struct tally tally = {0};
	struct record r;

	wait_for_input();
	for (unsigned seq = 0; seq < records; seq++) {
		record_fill(&r, RECORD_DATA, 0, seq);
		tally_add(&tally, &r);
	}
	tally_print(&tally, stdout);
	return tally_is_clean(&tally) ? 0 : STATUS_WRONG;
}

static int wait_for(pid_t pid)
{
	int status;

#ifdef BUG_NO_EINTR
	if (waitpid(pid, &status, 0) < 0)
		return -1;
#else
	if (safe_wait(pid, &status) < 0)
		die("wait");
#endif
	return status;
}

int main(int argc, char **argv)
{
	unsigned records;
	int status;
	pid_t pid;

	args_init(argc, argv);
	records = args_number("--records", 50);
	args_end();
	on_signal(SIGUSR1, on_usr1, 0);
	pid = make_child();
	if (pid == 0)
		exit(check_records(records));
	status = wait_for(pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		printf("rejected\n");
		return STATUS_WRONG;
	}
	printf("accepted\n");
	return 0;
}
