/*
 * name: file-lock-daemon-mixed
 * mechanism: file-lock
 * bug: flock where the others use fcntl
 * about: file-lock-daemon PATH: locks the pid file with flock, which the locks of fcntl and lockf
 *	know nothing of
 * caught-as: wrong-exit
 */
#define BUG_MIXED
#include "file-lock/file-lock-daemon.c"
