/*
 * name: race-peterson-order
 * mechanism: mmap
 * bug: gives the other the turn before it says that it wants to enter
 * about: race-peterson-order: as race-peterson, with two lines exchanged
 * caught-as: wrong-exit
 */
#define BUG_ORDER
#include "race-peterson.c"
