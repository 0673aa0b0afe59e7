/*
 * name: file-lock-daemon-exists
 * mechanism: file-lock
 * bug: lock file left behind by one that was killed
 * about: file-lock-daemon PATH: takes the file itself for the lock, and removes it at its end
 * caught-as: wrong-exit
 */
#define BUG_EXISTS
#include "file-lock/file-lock-daemon.c"
