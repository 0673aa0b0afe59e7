/*
 * name: fd-pass-no-eintr
 * mechanism: fd-passing
 * bug: no EINTR retry (recvmsg)
 * about: a signal ends the transfer
 * caught-as: wrong-exit wrong-output
 */
#define BUG_NO_EINTR
#include "fd-passing/fd-pass.c"
