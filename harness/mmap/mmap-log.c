/*
 * name: mmap-log
 * mechanism: mmap
 * bug: none
 * about: mmap-log FILE: writes records into a mapped log; a record counts when it is
 *	whole
 */
/* A twin with a bug includes this file: mmap-log-header. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"
#include "mmap/log.h"

STEP void put_record(struct log_record *record, uint32_t seq)
{
	struct log_record r = {.seq = seq};

	snprintf(r.text, sizeof(r.text), "record number %u of the log", seq);
	r.sum = checksum(&r.seq, sizeof(r) - sizeof(r.sum));
	memcpy(record, &r, sizeof(r));
}

STEP void append(struct log *log, uint32_t seq)
{
#ifdef BUG_HEADER
	store_release(&log->count, seq + 1);
	put_record(&log->records[seq], seq);
#else
	put_record(&log->records[seq], seq);
	store_release(&log->count, seq + 1);
#endif
}

int main(int argc, char **argv)
{
	const char *path;
	struct log *log;
	int fd;

	args_init(argc, argv);
	path = args_operand();
	args_end();
	fd = safe_open(path, O_RDWR | O_CREAT, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(*log)) < 0)
		die(path);
	log = map_shared(fd, sizeof(*log));
	for (uint32_t seq = 0; seq < LOG_RECORDS; seq++)
		append(log, seq);
	printf("%u records\n", log->count);
	return 0;
}
