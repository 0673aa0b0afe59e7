/*
 * name: sysv-reader-once
 * mechanism: shm-sysv
 * bug: a wait that has ended taken for its reason
 * about: waits once for the text and does not look whether it has come
 * caught-as: wrong-output
 */
#define BUG_ONCE
#include "shm-sysv/sysv-reader.c"
