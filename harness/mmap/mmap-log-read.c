/*
 * name: mmap-log-read
 * mechanism: mmap
 * bug: none
 * about: mmap-log-read FILE: reads what a writer has left, and checks each record
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"
#include "mmap/log.h"

int main(int argc, char **argv)
{
	const struct log *log;
	uint32_t count = 0;
	struct stat st;
	const char *path;
	int fd;

	args_init(argc, argv);
	path = args_operand();
	args_end();
	fd = safe_open(path, O_RDWR, 0);
	if (fd < 0 || fstat(fd, &st) < 0)
		die(path);
	/* The writer may not have come to give it its size. */
	log = map_shared(fd, sizeof(*log));
	if ((size_t)st.st_size >= sizeof(*log))
		count = load_acquire(&log->count);
	for (uint32_t i = 0; i < count && i < LOG_RECORDS; i++) {
		const struct log_record *r = &log->records[i];

		if (r->seq != i || r->sum != checksum(&r->seq, sizeof(*r) - sizeof(r->sum))) {
			fprintf(stderr, "record %u of %u is damaged\n", i, count);
			return STATUS_WRONG;
		}
	}
	printf("%u whole records\n", count);
	return 0;
}
