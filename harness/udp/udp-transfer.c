/*
 * name: udp-transfer
 * mechanism: udp
 * bug: none
 * about: the parent sends records to its child over UDP, each until it is acknowledged;
 *	the child acknowledges all and keeps each once
 */
/* Twins with a bug include this file: udp-transfer-once, -again, -refused, -blocks. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/worker.h"
#include "udp/udp.h"

#define TRIES  100
#define ANSWER 20 /* ms */
/* What poll(2) has announced may be gone: select(2), BUGS. */
#ifdef BUG_BLOCKS
#define ONLY_WHAT_IS_THERE 0
#else
#define ONLY_WHAT_IS_THERE MSG_DONTWAIT
#endif

/* Is it the answer to @seq?  What comes late answers an earlier one. */
static int has_answer(int fd, unsigned seq)
{
	unsigned answered;

	while (udp_wait(fd, ANSWER)) {
		ssize_t n = recv(fd, &answered, sizeof(answered), ONLY_WHAT_IS_THERE);

		if (n < 0 && errno != EAGAIN)
			return -errno;
		if (n == sizeof(answered) && answered == seq)
			return 1;
	}
	return 0;
}

static int deliver(int fd, const struct record *r)
{
	for (int tries = 0; tries < TRIES; tries++) {
		int answer;

		if (send(fd, r, sizeof(*r), 0) < 0 && errno != ECONNREFUSED)
			return -errno;
#ifdef BUG_REFUSED
		if (errno == ECONNREFUSED)
			return -errno;
#endif
		answer = has_answer(fd, r->seq);
#ifdef BUG_ONCE
		return 0; /* a time-out is taken for an answer */
#endif
		if (answer > 0)
			return 0;
		if (answer < 0 && answer != -ECONNREFUSED && answer != -EINTR)
			return answer;
		/* The child has acknowledged the end, and that was lost. */
		if (answer == -ECONNREFUSED && r->kind == RECORD_END)
			return 0;
	}
	return -ETIMEDOUT;
}

static int send_all(int fd, unsigned records)
{
	struct record r;
	int rc = 0;

	for (unsigned seq = 0; rc == 0 && seq <= records; seq++) {
		record_fill(&r, seq < records ? RECORD_DATA : RECORD_END, 0, seq);
		errno = 0;
		rc = deliver(fd, &r);
	}
	return rc;
}

static int receive_all(int fd, const struct sockaddr_in *from)
{
	struct tally tally = {0};
	struct record r;

	udp_connect(fd, from);
	while (!tally.ends) {
		ssize_t n = recv(fd, &r, sizeof(r), 0);

		if (n != sizeof(r))
			continue;
#ifndef BUG_AGAIN
		if (r.seq >= tally.next[0])
#endif
			tally_add(&tally, &r);
		while (send(fd, &r.seq, sizeof(r.seq), 0) < 0 && errno == EINTR)
			;
	}
	tally_print(&tally, stdout);
	return tally_is_clean(&tally) ? 0 : STATUS_WRONG;
}

int main(int argc, char **argv)
{
	struct sockaddr_in ours, theirs;
	int fd = udp_open(&ours), other = udp_open(&theirs), status, rc;
	unsigned records;
	pid_t pid;

	args_init(argc, argv);
	records = args_number("--records", 20);
	args_end();
	pid = make_child();
	if (pid == 0) {
		safe_close(&fd);
		status = receive_all(other, &ours);
		exit(status);
	}
	safe_close(&other);
	udp_connect(fd, &theirs);
	rc = send_all(fd, records);
	if (rc < 0) {
		errno = -rc;
		perror("send");
		kill(pid, SIGTERM);
	}
	if (safe_wait(pid, &status) < 0)
		die("wait");
	return rc < 0 ? STATUS_NOBODY : worker_judge("the receiver", status);
}
