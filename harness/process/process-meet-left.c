/*
 * name: process-meet-left
 * mechanism: process
 * bug: the error path leaves the object behind
 * about: process-meet KIND: makes a place to meet, reads a line of standard input, and takes the
 *	place away; when the read fails it just ends
 * caught-as: leak
 */
#define BUG_LEFT
#include "process/process-meet.c"
