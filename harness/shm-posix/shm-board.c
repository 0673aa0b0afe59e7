/*
 * name: shm-board
 * mechanism: shm-posix
 * bug: none
 * about: shm-board NAME: makes a board in shared memory that others find by its name,
 *	and puts values on it
 */
/* A twin with a bug includes this file: shm-board-flag-first. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"
#include "shm-posix/board.h"

STEP void put_values(struct board *board)
{
	for (unsigned i = 0; i < BOARD_VALUES; i++)
		board->values[i] = 100 + i;
}

STEP void fill(struct board *board)
{
#ifdef BUG_FLAG
	store_release(&board->ready, BOARD_READY);
	put_values(board);
#else
	put_values(board);
	store_release(&board->ready, BOARD_READY);
#endif
}

int main(int argc, char **argv)
{
	struct board *board;
	const char *name;
	int fd;

	args_init(argc, argv);
	name = args_operand();
	args_end();
	fd = shm_open(name, O_RDWR | O_CREAT, 0600);
	if (fd < 0)
		die(name);
	if (ftruncate(fd, sizeof(*board)) < 0)
		die("ftruncate");
	board = map_shared(fd, sizeof(*board));
	fill(board);
	puts("ready");
	return 0;
}
