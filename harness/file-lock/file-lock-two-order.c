/*
 * name: file-lock-two-order
 * mechanism: file-lock
 * bug: two locks in opposite orders (ABBA)
 * about: file-lock-two PREFIX: each keeps its own lock and waits for that of the other
 * caught-as: deadlock hang wrong-exit
 */
#define BUG_ORDER
#include "file-lock/file-lock-two.c"
