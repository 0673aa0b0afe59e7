/*
 * name: level-ready
 * mechanism: shm-posix
 * bug: none
 * about: level-ready reader|writer NAME: the reader waits for the writer's value, 0.8 s at most
 */
/* A twin with a bug includes this file: level-ready-plain. */
#include <stdatomic.h>

#include "level.h"

#ifdef BUG_PLAIN
struct board {
	int ready;
	int value;
};

#define is_ready(board)	 ((board)->ready)
#define set_ready(board) ((board)->ready = 1)
#else
struct board {
	atomic_int ready;
	int value;
};

#define is_ready(board)	 atomic_load_explicit(&(board)->ready, memory_order_acquire)
#define set_ready(board) atomic_store_explicit(&(board)->ready, 1, memory_order_release)
#endif

#define PATIENCE_US 800000

/* The writer may be dead: no look would ever tell. */
static void on_alarm(int signal)
{
	static const char message[] = "the writer has not come\n";

	(void)signal;
	(void)!write(STDERR_FILENO, message, sizeof(message) - 1);
	_exit(1);
}

/* For how long to wait before the next look. */
WORK unsigned back_off(unsigned rounds)
{
	return rounds < 1000 ? rounds * 2 + 1 : 1000;
}

static int read_value(struct board *board)
{
	unsigned rounds = 1;

	signal(SIGALRM, on_alarm);
	ualarm(PATIENCE_US, 0);
	while (!is_ready(board))
		rounds = back_off(rounds);
	printf("value %d, after %u\n", board->value, rounds);
	return 0;
}

static int write_value(struct board *board)
{
	board->value = 42;
	set_ready(board);
	return 0;
}

int main(int argc, char **argv)
{
	if (is_role(argc, argv, "writer"))
		return write_value(map_object(argv[2], sizeof(struct board)));
	return read_value(map_object(argv[2], sizeof(struct board)));
}
