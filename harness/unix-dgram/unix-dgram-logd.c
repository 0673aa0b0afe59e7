/*
 * name: unix-dgram-logd
 * mechanism: unix-dgram
 * bug: none
 * about: unix-dgram-logd PATH: receives records at a Unix datagram socket until the end
 *	record; the socket file of an earlier run is no obstacle
 */
/* A twin with a bug includes this file: unix-dgram-logd-stale. */
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "unix-dgram/unix-dgram.h"

/* An empty datagram, or somebody has shut the socket? */
static bool is_shut(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLRDHUP};

	return poll(&p, 1, 0) > 0 && p.revents & (POLLRDHUP | POLLHUP);
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	struct sockaddr_un address;
	const char *path;
	struct record r;
	int fd = unix_socket();

	args_init(argc, argv);
	path = args_operand();
	args_end();
	address = unix_address(path);
#ifndef BUG_STALE
	/* Nobody answers there any more: what is left of a run that was killed. */
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 && errno == ECONNREFUSED)
		unlink(path);
#endif
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		perror(path);
		return STATUS_NOBODY;
	}
	fputs("ready\n", stderr);
	while (!tally.ends) {
		ssize_t n = recv(fd, &r, sizeof(r), 0);

		if (n == sizeof(r))
			tally_add(&tally, &r);
		else if (n == 0 && is_shut(fd))
			break;
		else if (n < 0 && errno != EINTR)
			die("recv");
	}
	unlink(path);
	tally_print(&tally, stdout);
	if (!tally.ends)
		return STATUS_EARLY;
	return tally.repeated || tally.damaged ? STATUS_WRONG : 0;
}
