/*
 * name: mmap-snapshot-read
 * mechanism: mmap
 * bug: none
 * about: mmap-snapshot-read FILE: adds up the snapshot of a mapped file, when it is whole
 */
/* A twin with a bug includes this file: mmap-snapshot-read-trust. */
#include <fcntl.h>
#include <stdio.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"
#include "mmap/snapshot.h"

int main(int argc, char **argv)
{
	const struct snapshot *snapshot;
	uint64_t total = 0;
	const char *path;
	int fd;

	args_init(argc, argv);
	path = args_operand();
	args_end();
	fd = safe_open(path, O_RDWR, 0);
	if (fd < 0)
		die(path);
	snapshot = map_shared(fd, sizeof(*snapshot));
#ifndef BUG_TRUST
	if (snapshot->sum != checksum(snapshot->values, sizeof(snapshot->values))) {
		fprintf(stderr, "snapshot %u is torn\n", snapshot->number);
		return STATUS_WRONG;
	}
#endif
	for (uint32_t i = 0; i < SNAPSHOT_VALUES; i++)
		total += snapshot->values[i];
	printf("snapshot %u: %llu\n", snapshot->number, (unsigned long long)total);
	return 0;
}
