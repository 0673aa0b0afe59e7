/*
 * name: fd-pass-forget
 * mechanism: fd-passing
 * bug: the descriptor of a record that comes in parts is forgotten
 * about: expects the descriptor with the last part of a record: it comes with the first byte
 * caught-as: wrong-exit wrong-output leak
 */
#define BUG_FORGET
#include "fd-passing/fd-pass.c"
