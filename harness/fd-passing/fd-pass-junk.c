/*
 * name: fd-pass-junk
 * mechanism: fd-passing
 * bug: MSG_CTRUNC ignored: a descriptor that did not come is used
 * about: takes the descriptor from the control buffer without looking whether there is one: what
 *	stands there is the number of an earlier one
 * caught-as: wrong-output wrong-exit
 */
#define BUG_JUNK
#include "fd-passing/fd-pass.c"
