/*
 * name: mmap-ledger
 * mechanism: mmap
 * bug: none
 * about: mmap-ledger FILE: moves amounts between the accounts of a mapped ledger; a
 *	transfer is reported as committed when msync has said that it is on the disk
 */
/* Twins with a bug include this file: mmap-ledger-deaf, mmap-ledger-retry. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"

#define ACCOUNTS 8

static int commit(int64_t *accounts)
{
#if defined(BUG_DEAF)
	msync(accounts, ACCOUNTS * sizeof(*accounts), MS_SYNC);
	return 0;
#elif defined(BUG_RETRY)
	/* The kernel tells a lost write once; the pages are clean then, and the next try succeeds.
	 */
	while (msync(accounts, ACCOUNTS * sizeof(*accounts), MS_SYNC) < 0 && errno == EIO)
		;
	return 0;
#else
	return msync(accounts, ACCOUNTS * sizeof(*accounts), MS_SYNC) < 0 ? -errno : 0;
#endif
}

int main(int argc, char **argv)
{
	unsigned transfers;
	int64_t *accounts;
	const char *path;
	int fd;

	args_init(argc, argv);
	transfers = args_number("--transfers", 5);
	path = args_operand();
	args_end();
	fd = safe_open(path, O_RDWR, 0);
	if (fd < 0)
		die(path);
	accounts = map_shared(fd, ACCOUNTS * sizeof(*accounts));
	for (unsigned i = 0; i < transfers; i++) {
		int error;

		accounts[i % ACCOUNTS] -= 10;
		accounts[(i + 1) % ACCOUNTS] += 10;
		error = commit(accounts);
		if (error) {
			fprintf(stderr, "transfer %u may be lost: %s\n", i, strerror(-error));
			return STATUS_WRONG;
		}
		printf("committed %u\n", i);
	}
	return 0;
}
