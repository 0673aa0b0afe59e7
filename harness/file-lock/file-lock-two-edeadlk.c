/*
 * name: file-lock-two-edeadlk
 * mechanism: file-lock
 * bug: EDEADLK taken for a failure
 * about: file-lock-two PREFIX: gives up when the kernel sees a deadlock coming
 * caught-as: wrong-exit
 */
#define BUG_EDEADLK
#include "file-lock/file-lock-two.c"
