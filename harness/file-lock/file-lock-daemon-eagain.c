/*
 * name: file-lock-daemon-eagain
 * mechanism: file-lock
 * bug: EACCES of F_SETLK taken for a failure
 * about: file-lock-daemon PATH: knows only EAGAIN as the answer of a lock that another has
 * caught-as: wrong-exit
 */
#define BUG_EAGAIN
#include "file-lock/file-lock-daemon.c"
