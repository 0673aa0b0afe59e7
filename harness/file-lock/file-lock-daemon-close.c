/*
 * name: file-lock-daemon-close
 * mechanism: file-lock
 * bug: POSIX lock lost when any descriptor of the file is closed
 * about: file-lock-daemon PATH: reads its pid file once more while it has the lock, and has lost
 *	it when that descriptor is closed
 * caught-as: wrong-exit
 */
#define BUG_CLOSE
#include "file-lock/file-lock-daemon.c"
