/*
 * name: mmap-snapshot
 * mechanism: mmap
 * bug: none
 * about: mmap-snapshot FILE: writes snapshots of two pages to a file that others have mapped,
 *	each with one call
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"
#include "mmap/snapshot.h"

int main(int argc, char **argv)
{
	struct snapshot snapshot;
	const char *path;
	int fd;

	args_init(argc, argv);
	path = args_operand();
	args_end();
	fd = safe_open(path, O_WRONLY, 0);
	if (fd < 0)
		die(path);
	for (uint32_t number = 1; number <= 3; number++) {
		snapshot.number = number;
		for (uint32_t i = 0; i < SNAPSHOT_VALUES; i++)
			snapshot.values[i] = number * 1000;
		snapshot.sum = checksum(snapshot.values, sizeof(snapshot.values));
		if (pwrite(fd, &snapshot, sizeof(snapshot), 0) != sizeof(snapshot))
			die("pwrite");
	}
	puts("done");
	return 0;
}
