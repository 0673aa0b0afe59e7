/*
 * name: fd-pass-leak
 * mechanism: fd-passing
 * bug: a descriptor is leaked where its record is refused
 * about: leaves a record out that is not whole, and forgets the descriptor that came with it
 * caught-as: leak
 */
#define BUG_LEAK
#include "fd-passing/fd-pass.c"
