/*
 * name: shm-table
 * mechanism: shm-posix
 * bug: none
 * about: shm-table NAME, shm-table --file PATH: a parent makes a table in shared memory or in a
 *	mapped file, its child adds it up; the child looks at the checksum first
 */
/* A twin with a bug includes this file: shm-table-trust. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"
#include "lib/worker.h"

#define ENTRIES 31

struct table {
	uint32_t sum; /* of the entries */
	uint32_t entries[ENTRIES];
};

STEP int add_up(const volatile struct table *shared)
{
	struct table table = *shared;
	uint64_t total = 0;

#ifndef BUG_TRUST
	if (table.sum != checksum(table.entries, sizeof(table.entries))) {
		fprintf(stderr, "the table is damaged\n");
		return STATUS_WRONG;
	}
#endif
	for (unsigned i = 0; i < ENTRIES; i++)
		total += table.entries[i];
	printf("total %llu\n", (unsigned long long)total);
	return 0;
}

int main(int argc, char **argv)
{
	struct table *table;
	const char *name;
	int fd, status;
	bool is_file;
	pid_t child;

	args_init(argc, argv);
	is_file = args_flag("--file");
	name = args_operand();
	args_end();
	fd = is_file ? safe_open(name, O_RDWR, 0) : shm_open(name, O_RDWR, 0);
	if (fd < 0)
		die(name);
	table = map_shared(fd, sizeof(*table));
	for (uint32_t i = 0; i < ENTRIES; i++)
		table->entries[i] = i;
	table->sum = checksum(table->entries, sizeof(table->entries));
	child = make_child();
	if (child == 0)
		exit(add_up(table));
	if (safe_wait(child, &status) < 0)
		die("wait");
	return worker_judge("the child", status);
}
