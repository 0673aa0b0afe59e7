/*
 * name: shm-board-reader
 * mechanism: shm-posix
 * bug: none
 * about: shm-board-reader NAME: shows what is on the board; an object that has no size
 *	yet, or no values, is one that is still being made
 */
/* Twins with a bug include this file: shm-board-reader-early, shm-board-reader-unmapped. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"
#include "shm-posix/board.h"

#ifndef BUG_UNMAPPED
/* The name is there before the size is: shm_open and ftruncate are two steps. */
static bool has_size(int fd)
{
	struct stat st;

#ifdef BUG_EARLY
	return true;
#endif
	if (fstat(fd, &st) < 0)
		die("fstat");
	return st.st_size >= (off_t)sizeof(struct board);
}
#endif

int main(int argc, char **argv)
{
	const struct board *board;
	const char *name;
	int fd;

	args_init(argc, argv);
	name = args_operand();
	args_end();
	fd = shm_open(name, O_RDWR, 0);
	if (fd < 0)
		die(name);
#ifdef BUG_UNMAPPED
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
#else
	board = has_size(fd) ? map_shared(fd, sizeof(*board)) : NULL;
#endif
	if (!board || load_acquire(&board->ready) != BOARD_READY) {
		fprintf(stderr, "%s: not ready\n", name);
		return STATUS_NOBODY;
	}
	for (unsigned i = 0; i < BOARD_VALUES; i++)
		printf("%u ", board->values[i]);
	putchar('\n');
	return 0;
}
