/*
 * name: mmap-config-kept
 * mechanism: mmap
 * bug: file replaced by rename while mapped
 * about: mmap-config-kept FILE: maps once, and goes on showing the file that has been
 *	replaced
 * caught-as: wrong-output
 */
#define BUG_KEPT
#include "mmap/mmap-config.c"
