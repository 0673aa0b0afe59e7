/*
 * name: sem-sysv-stream-undo
 * mechanism: sem-sysv
 * bug: SEM_UNDO where nobody owns anything (ERANGE)
 * about: what one process only raises and the other only lowers adds up in the lists of what is to
 *	be undone, until the kernel refuses more
 * caught-as: wrong-exit
 */
#define BUG_UNDO
#include "sem-sysv/sem-sysv-stream.c"
