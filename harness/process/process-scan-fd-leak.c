/*
 * name: process-scan-fd-leak
 * mechanism: process
 * bug: descriptor leaked on the error path
 * about: process-scan-fd-leak FILE: reads the head of a file --times times; each that
 *	cannot be read costs a descriptor
 * caught-as: wrong-exit leak
 */
#define BUG_FD_LEAK
#include "process/process-scan.c"
