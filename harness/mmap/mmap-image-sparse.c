/*
 * name: mmap-image-sparse
 * mechanism: mmap
 * bug: store into a hole, no room taken
 * about: mmap-image-sparse FILE: only sets the length of the file; on a full disk the
 *	store into the mapping gives SIGBUS
 * caught-as: crash
 */
#define BUG_SPARSE
#include "mmap/mmap-image.c"
