/*
 * name: mmap-snapshot-read-trust
 * mechanism: mmap
 * bug: a write taken for one piece
 * about: mmap-snapshot-read-trust FILE: takes a snapshot for whole because one call wrote it
 * caught-as: wrong-exit
 */
#define BUG_TRUST
#include "mmap/mmap-snapshot-read.c"
