/*
 * name: msg-text-cut
 * mechanism: msg-sysv
 * bug: long messages cut without notice (MSG_NOERROR)
 * about: takes lines of text from a child into a buffer of 64 bytes; what is longer is
 *	lost
 * caught-as: wrong-output
 */
#define BUG_CUT
#include "msg-sysv/msg-text.c"
