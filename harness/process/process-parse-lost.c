/*
 * name: process-parse-lost
 * mechanism: process
 * bug: memory is lost on the error path
 * about: reads lines of standard input into a list and prints the longest; on a read error it
 *	tells the last good line and forgets the list
 * caught-as: leak
 */
#define BUG_LOST
#include "process/process-parse.c"
