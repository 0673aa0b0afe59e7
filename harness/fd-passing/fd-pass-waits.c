/*
 * name: fd-pass-waits
 * mechanism: fd-passing
 * bug: no time limit for a peer that hangs
 * about: waits for ever for the next descriptor
 * caught-as: hang deadlock
 */
#define BUG_WAITS
#include "fd-passing/fd-pass.c"
