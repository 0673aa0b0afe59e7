/*
 * name: signal-timedwait-no-eintr
 * mechanism: signal
 * bug: no EINTR retry (sigtimedwait, SIGSTOP and SIGCONT)
 * about: a child announces by SIGUSR1 that its work is done; any failure of sigtimedwait
 *	is taken for the end of the time
 * caught-as: wrong-exit wrong-output
 */
#define BUG_NO_EINTR
#include "signal/signal-timedwait.c"
