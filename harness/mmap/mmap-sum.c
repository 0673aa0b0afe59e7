/*
 * name: mmap-sum
 * mechanism: mmap
 * bug: none
 * about: mmap-sum FILE: adds up the pages of a mapped file; a page that goes away under
 *	it is reported
 */
/* Twins with a bug include this file: mmap-sum-bare, mmap-sum-unchecked. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"

#define PAGE 4096

#ifndef BUG_BARE
static sigjmp_buf before_page;

static void on_sigbus(int sig)
{
	(void)sig;
	siglongjmp(before_page, 1);
}
#endif

STEP unsigned sum_page(const volatile unsigned char *page)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < PAGE; i++)
		sum += page[i];
	return sum;
}

int main(int argc, char **argv)
{
	const unsigned char *pages;
	volatile unsigned sum = 0;
	const char *path;
	struct stat st;
	int fd;

	args_init(argc, argv);
	path = args_operand();
	args_end();
	fd = safe_open(path, O_RDWR, 0);
	if (fd < 0 || fstat(fd, &st) < 0)
		die(path);
#ifdef BUG_UNCHECKED
	pages = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
#else
	pages = map_shared(fd, (size_t)st.st_size);
#endif
	for (volatile off_t at = 0; at < st.st_size; at += PAGE) {
#ifndef BUG_BARE
		if (sigsetjmp(before_page, 1)) {
			fprintf(stderr, "%s: cut under us at byte %ld\n", path, (long)at);
			return STATUS_EARLY;
		}
		on_signal(SIGBUS, on_sigbus, 0);
#endif
		sum += sum_page(pages + at);
	}
	printf("sum %u\n", sum);
	return 0;
}
