/*
 * name: mmap-ledger-retry
 * mechanism: mmap
 * bug: msync made again after EIO
 * about: mmap-ledger-retry FILE: asks again until msync succeeds, which it does at once,
 *	since an error of writing back is told only once
 * caught-as: wrong-exit
 */
#define BUG_RETRY
#include "mmap/mmap-ledger.c"
