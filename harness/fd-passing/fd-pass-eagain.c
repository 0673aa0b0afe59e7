/*
 * name: fd-pass-eagain
 * mechanism: fd-passing
 * bug: EAGAIN taken for the end
 * about: never set O_NONBLOCK itself, so it never expects EAGAIN
 * caught-as: wrong-exit wrong-output
 */
#define BUG_EAGAIN
#include "fd-passing/fd-pass.c"
