/*
 * name: shm-server
 * mechanism: shm-posix
 * bug: none
 * about: shm-server NAME: takes a request out of memory that its client can write to at
 *	any time; the length is read once
 */
/* A twin with a bug includes this file: shm-server-twice. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"
#include "shm-posix/request.h"

STEP void take_request(const volatile struct request *r, uint32_t length)
{
	char data[REQUEST_MAX];

#ifdef BUG_TWICE
	length = r->length;
#endif
	for (uint32_t i = 0; i < length; i++)
		((volatile char *)data)[i] = r->data[i];
	printf("request of %u bytes, checksum %08x\n", length,
	       checksum(data, length < sizeof(data) ? length : sizeof(data)));
}

int main(int argc, char **argv)
{
	struct request *request;
	const char *name;
	uint32_t length;
	int fd;

	args_init(argc, argv);
	name = args_operand();
	args_end();
	fd = shm_open(name, O_RDWR, 0);
	if (fd < 0)
		die(name);
	request = map_shared(fd, sizeof(*request));
	request->server = (uint32_t)getpid();
	length = load_acquire(&request->length);
	if (length == 0 || length > REQUEST_MAX) {
		fprintf(stderr, "bad request of %u bytes\n", length);
		return STATUS_WRONG;
	}
	take_request(request, length);
	return 0;
}
