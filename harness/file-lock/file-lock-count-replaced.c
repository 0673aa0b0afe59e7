/*
 * name: file-lock-count-replaced
 * mechanism: file-lock
 * bug: lock on a file that has been replaced meanwhile
 * about: file-lock-count PATH: does not look whether the file that it has locked in the end
 *	still has its name, and counts from what was in the old one
 * caught-as: wrong-output
 */
#define BUG_REPLACED
#include "file-lock/file-lock-count.c"
