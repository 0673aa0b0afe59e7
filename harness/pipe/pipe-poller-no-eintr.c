/*
 * name: pipe-poller-no-eintr
 * mechanism: pipe
 * bug: no EINTR retry (poll)
 * about: collects records until the end record or --timeout; any signal makes it give up
 * caught-as: wrong-exit wrong-output
 */
#define BUG_NO_EINTR
#include "pipe/pipe-poller.c"
