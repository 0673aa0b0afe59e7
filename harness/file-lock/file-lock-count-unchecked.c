/*
 * name: file-lock-count-unchecked
 * mechanism: file-lock
 * bug: result of the lock not looked at
 * about: file-lock-count PATH: changes the file whether it has got the lock or not
 * caught-as: wrong-exit wrong-output
 */
#define BUG_UNCHECKED
#include "file-lock/file-lock-count.c"
