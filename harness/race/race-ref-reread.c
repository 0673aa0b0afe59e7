/*
 * name: race-ref-reread
 * mechanism: mmap
 * bug: looks at the counter again when it has let go: two see zero
 * about: race-ref-reread: as race-ref, with a second look
 * caught-as: wrong-exit
 */
#define BUG_REREAD
#include "race-ref.c"
