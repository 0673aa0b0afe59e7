/*
 * name: process-parse-freed
 * mechanism: process
 * bug: use after free on the error path
 * about: reads lines of standard input into a list and prints the longest; on a read error
 *	it frees the list and then looks into it
 * caught-as: memory-error
 */
#define BUG_FREED
#include "process/process-parse.c"
