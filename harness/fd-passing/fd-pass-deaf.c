/*
 * name: fd-pass-deaf
 * mechanism: fd-passing
 * bug: how the child has ended is not looked at
 * about: some descriptors never came, and that counts as all
 * caught-as: wrong-exit
 */
#define BUG_DEAF
#include "fd-passing/fd-pass.c"
