/*
 * name: race-transfer-halves
 * mechanism: mmap
 * bug: each account has its lock, and between the two the money is nowhere
 * about: race-transfer-halves: as race-transfer, one lock at a time
 * caught-as: wrong-exit
 */
#define BUG_HALVES
#include "race-transfer.c"
