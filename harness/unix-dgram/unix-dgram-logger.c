/*
 * name: unix-dgram-logger
 * mechanism: unix-dgram
 * bug: none
 * about: unix-dgram-logger PATH: sends records to the receiver there; connects anew when it
 *	was restarted, leaves out what is too long, and gives up when it hangs
 */
/* Twins with a bug include this file: unix-dgram-logger-once, -blocks, -again, -leak, -impatient.
 */
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "unix-dgram/unix-dgram.h"

#define PATIENCE 50  /* ms for a receiver that takes nothing */
#define RESTART	 500 /* ms for one that is started again */

static struct sockaddr_un address;
static int out = -1;
static unsigned too_long;

static bool is_away(int error)
{
	return error == ECONNREFUSED || error == ENOENT || error == ENOTCONN || error == ECONNRESET;
}

static int connect_again(void)
{
	struct timeval patience = {.tv_usec = PATIENCE * 1000};
	int64_t until = now_ms() + RESTART;

#ifndef BUG_LEAK
	safe_close(&out);
#endif
	out = unix_socket();
#ifndef BUG_BLOCKS
	if (setsockopt(out, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
		die("SO_SNDTIMEO");
#else
	(void)patience;
#endif
	while (connect(out, (struct sockaddr *)&address, sizeof(address)) < 0) {
#ifdef BUG_IMPATIENT
		return -errno;
#endif
		if (!is_away(errno) || now_ms() > until)
			return -errno;
		poll(NULL, 0, 2);
	}
	return 0;
}

/* 0, or why it was given up. */
static int deliver(const struct record *r)
{
	const int64_t until = now_ms() + RESTART;

	(void)until;
	for (;;) {
		if (send(out, r, sizeof(*r), MSG_NOSIGNAL) >= 0)
			return 0;
#ifdef BUG_AGAIN
		continue;
#endif
		if (errno == EMSGSIZE) {
			too_long++;
			return 0;
		}
#ifndef BUG_ONCE
		if (is_away(errno)) {
			int rc = now_ms() > until ? -errno : connect_again();

			if (rc < 0)
				return rc;
			poll(NULL, 0, 2);
			continue;
		}
#endif
		if (errno != EINTR)
			return -errno;
	}
}

int main(int argc, char **argv)
{
	unsigned records, sent = 0;
	struct record r;
	int rc;

	args_init(argc, argv);
	records = args_number("--records", 12);
	address = unix_address(args_operand());
	args_end();
	rc = connect_again();
	for (unsigned seq = 0; rc == 0 && seq <= records; seq++) {
		record_fill(&r, seq < records ? RECORD_DATA : RECORD_END, 0, seq);
		rc = deliver(&r);
		sent += rc == 0;
	}
	if (rc < 0)
		fprintf(stderr, "given up after %u records: %s\n", sent, strerror(-rc));
	if (too_long)
		fprintf(stderr, "%u records were too long\n", too_long);
	return rc < 0 ? STATUS_NOBODY : too_long ? STATUS_WRONG : 0;
}
