/*
 * name: level-account-plain
 * mechanism: mmap
 * bug: the mark of an unfinished change is removed as a dead store
 * about: level-account-plain pay|recover FILE: as level-account, with a plain mark
 * caught-as: optimization
 */
#define BUG_PLAIN
#include "level-account.c"
