/*
 * name: signal-epoll-no-eintr
 * mechanism: signal
 * bug: no EINTR retry (epoll_wait, SIGSTOP and SIGCONT)
 * about: waits for records in epoll_wait; it has no handlers and so expects no EINTR
 * caught-as: wrong-exit wrong-output sigpipe
 */
#define BUG_NO_EINTR
#include "signal/signal-epoll.c"
