/*
 * name: level-pair-torn
 * mechanism: mmap
 * bug: a key is stored before its value, which only shows where they are not one store
 * about: level-pair-torn writer|reader FILE: as level-pair, but copies the entry member by member
 * caught-as: optimization
 */
#define BUG_TORN
#include "level-pair.c"
