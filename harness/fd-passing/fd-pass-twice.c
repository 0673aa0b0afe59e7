/*
 * name: fd-pass-twice
 * mechanism: fd-passing
 * bug: a descriptor is passed again with the rest of a short write
 * about: sends what is left after a short sendmsg with the same control message
 * caught-as: wrong-exit wrong-output
 */
#define BUG_TWICE
#include "fd-passing/fd-pass.c"
