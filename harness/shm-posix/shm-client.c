/*
 * name: shm-client
 * mechanism: shm-posix
 * bug: none
 * about: shm-client [--again] NAME: puts a request of 16 bytes into shared memory for
 *	shm-server; --again is what a hostile client does: it makes it longer than the memory
 *	of the server while that one looks at it, and lets it go on where it was stopped
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"
#include "shm-posix/request.h"

int main(int argc, char **argv)
{
	struct request *request;
	const char *name;
	bool again;
	int fd;

	args_init(argc, argv);
	again = args_flag("--again");
	name = args_operand();
	args_end();
	fd = shm_open(name, O_RDWR, 0);
	if (fd < 0)
		die(name);
	request = map_shared(fd, sizeof(*request));
	memset(request->data, 'x', again ? REQUEST_ROOM : 16);
	store_release(&request->length, again ? REQUEST_ROOM : 16);
	if (again && kill((pid_t)request->server, SIGCONT) < 0)
		die("kill");
	puts("sent");
	return 0;
}
