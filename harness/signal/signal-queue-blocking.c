/*
 * name: signal-queue-blocking
 * mechanism: signal
 * bug: self-pipe that blocks
 * about: works through a list of jobs; each SIGUSR1 brings one more; the handler writes to
 *	a pipe that only the main program, which it interrupts, could empty
 * caught-as: deadlock hang
 */
#define BUG_BLOCKING
#include "signal/signal-queue.c"
