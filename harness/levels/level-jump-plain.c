/*
 * name: level-jump-plain
 * mechanism: signal
 * bug: a local variable is changed between sigsetjmp and siglongjmp
 * about: level-jump-plain: as level-jump, with a plain int
 * caught-as: optimization
 */
#define BUG_PLAIN
#include "level-jump.c"
