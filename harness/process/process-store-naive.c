/*
 * name: process-store-naive
 * mechanism: process
 * bug: SIGXFSZ not expected
 * about: process-store-naive FILE: copies standard input into FILE; at a limit on the size
 *	of files it dies and leaves the piece
 * caught-as: killed leak
 */
#define BUG_NAIVE
#include "process/process-store.c"
