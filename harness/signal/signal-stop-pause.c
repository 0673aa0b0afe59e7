/*
 * name: signal-stop-pause
 * mechanism: signal
 * bug: flag checked, then pause (lost wake-up)
 * about: asks a child for results that are announced by SIGUSR1; with --alone it waits for
 *	SIGTERM; a signal between the look at the flag and pause is lost
 * caught-as: hang deadlock
 */
#define BUG_PAUSE
#include "signal/signal-stop.c"
