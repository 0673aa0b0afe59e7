/*
 * name: signal-wait-no-eintr
 * mechanism: signal
 * bug: no EINTR retry (wait4)
 * about: lets a child check records; a signal while it waits makes it reject them, and
 *	leaves the child behind
 * caught-as: wrong-exit wrong-output leak
 */
#define BUG_NO_EINTR
#include "signal/signal-wait.c"
