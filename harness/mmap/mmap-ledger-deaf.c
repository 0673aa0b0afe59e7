/*
 * name: mmap-ledger-deaf
 * mechanism: mmap
 * bug: result of msync ignored
 * about: mmap-ledger-deaf FILE: says that transfers are committed when they are lost
 * caught-as: wrong-exit
 */
#define BUG_DEAF
#include "mmap/mmap-ledger.c"
