/*
 * name: udp-gauge-no-eintr
 * mechanism: udp
 * bug: no EINTR retry (recvmsg)
 * about: a signal ends the measurement
 * caught-as: wrong-exit wrong-output
 */
#define BUG_NO_EINTR
#include "udp/udp-gauge.c"
