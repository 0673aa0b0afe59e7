/*
 * name: race-stack-aba
 * mechanism: mmap
 * bug: a head that is the same again is taken for one that has not changed
 * about: race-stack-aba: as race-stack, its head without a tag
 * caught-as: wrong-exit
 */
#define BUG_ABA
#include "race-stack.c"
