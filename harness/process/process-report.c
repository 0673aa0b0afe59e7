/*
 * name: process-report
 * mechanism: process
 * bug: none
 * about: process-report FILE: writes a report to FILE.new and puts it in FILE's place when
 *	it is whole; otherwise FILE stays as it was and FILE.new is removed
 */
/* Twins with a bug include this file: process-report-leftover, -close, -rename. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"

static int write_report(int fd, unsigned records)
{
	struct record r;
	char line[64];
	int error = 0;

	for (unsigned seq = 0; seq < records && error == 0; seq++) {
		record_fill(&r, RECORD_DATA, 0, seq);
		snprintf(line, sizeof(line), "%u %08x\n", seq, r.sum);
		error = safe_write(fd, line, strlen(line));
	}
	return error;
}

static int replace(const char *path, const char *draft, unsigned records)
{
	int fd = safe_open(draft, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int error;

	if (fd < 0)
		return fd;
	error = write_report(fd, records);
#ifdef BUG_CLOSE
	close(fd);
#else
	/* A file system may tell at close only that it could not store the data. */
	if (close(fd) < 0 && errno != EINTR && error == 0)
		error = -errno;
#endif
#ifdef BUG_RENAME
	rename(draft, path);
#else
	if (error == 0 && rename(draft, path) < 0)
		error = -errno;
#endif
#ifndef BUG_LEFTOVER
	if (error)
		unlink(draft);
#endif
	return error;
}

int main(int argc, char **argv)
{
	const char *path;
	unsigned records;
	char draft[256];
	int error;

	args_init(argc, argv);
	records = args_number("--records", 20);
	path = args_operand();
	args_end();
	snprintf(draft, sizeof(draft), "%s.new", path);
	error = replace(path, draft, records);
	if (error) {
		fprintf(stderr, "%s: %s\n", path, strerror(-error));
		return STATUS_WRONG;
	}
	printf("report of %u records\n", records);
	return 0;
}
