/*
 * name: signal-account-open
 * mechanism: signal
 * bug: signals not blocked around a critical section
 * about: moves money between two accounts; SIGUSR1 audits them, also in the middle of a
 *	transfer
 * caught-as: wrong-output wrong-exit
 */
#define BUG_OPEN
#include "signal/signal-account.c"
