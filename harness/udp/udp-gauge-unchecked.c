/*
 * name: udp-gauge-unchecked
 * mechanism: udp
 * bug: socket that could not be made is used
 * about: the descriptor of its sender is -1, and nobody hears of it
 * caught-as: hang deadlock wrong-exit wrong-output
 */
#define BUG_UNCHECKED
#include "udp/udp-gauge.c"
