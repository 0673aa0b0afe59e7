/*
 * name: file-lock-count-no-eintr
 * mechanism: file-lock
 * bug: no EINTR retry (flock, F_SETLKW, F_OFD_SETLKW)
 * about: file-lock-count PATH: gives up when a signal interrupts its wait for the lock
 * caught-as: wrong-exit
 */
#define BUG_NO_EINTR
#include "file-lock/file-lock-count.c"
