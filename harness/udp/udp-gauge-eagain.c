/*
 * name: udp-gauge-eagain
 * mechanism: udp
 * bug: EAGAIN taken for the end
 * about: nothing there at the moment is the end: it never set O_NONBLOCK itself
 * caught-as: wrong-exit wrong-output
 */
#define BUG_EAGAIN
#include "udp/udp-gauge.c"
