/*
 * name: mmap-log-header
 * mechanism: mmap
 * bug: header says more than there is
 * about: mmap-log-header FILE: counts a record before it is written; killed in between,
 *	it leaves a log that claims a record that it does not have
 * caught-as: wrong-exit
 */
#define BUG_HEADER
#include "mmap/mmap-log.c"
