/*
 * name: signal-reaper-one
 * mechanism: signal
 * bug: SIGCHLD coalesced and children lost
 * about: starts children and waits for one at each SIGCHLD; two that die at once are one
 *	SIGCHLD
 * caught-as: hang deadlock
 */
#define BUG_ONE
#include "signal/signal-reaper.c"
