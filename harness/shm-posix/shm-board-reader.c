/*
 * name: shm-board-reader
 * mechanism: shm-posix
 * bug: none
 * about: shm-board-reader NAME: shows what is on the board; an object that has no size yet, or
 *	no values, is one that is still being made
 */
/* A twin with a bug includes this file: shm-board-reader-early. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"
#include "shm-posix/board.h"

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
	board = has_size(fd) ? map_shared(fd, sizeof(*board)) : NULL;
	if (!board || load_acquire(&board->ready) != BOARD_READY) {
		fprintf(stderr, "%s: not ready\n", name);
		return STATUS_NOBODY;
	}
	for (unsigned i = 0; i < BOARD_VALUES; i++)
		printf("%u ", board->values[i]);
	putchar('\n');
	return 0;
}
