/*
 * name: signal-errno-clobber
 * mechanism: signal
 * bug: handler that clobbers errno
 * about: signal-errno-clobber DIR: loads five optional settings; the handler writes to a
 *	full pipe, and its EAGAIN is taken for the error of open
 * caught-as: wrong-output wrong-exit
 */
#define BUG_CLOBBER
#include "signal/signal-errno.c"
