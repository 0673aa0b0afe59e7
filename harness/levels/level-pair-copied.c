/*
 * name: level-pair-copied
 * mechanism: mmap
 * bug: 16 bytes are taken for one store, which two halves may be
 * about: level-pair-copied writer|reader FILE: as level-pair, but assigns the whole entry
 * caught-as: optimization
 */
#define BUG_COPIED
#include "level-pair.c"
