/*
 * lock-stripped.c - lock-cases without a symbol
 *
 * build: static
 * cflags: -s -DSTATIC
 */
#include "lock-cases.c"
