/*
 * name: pipe-relay-no-status
 * mechanism: pipe
 * bug: exit status of the child ignored
 * about: sends records to a child and prints the answers that it got; that the child was
 *	killed half way is no news to it, exit 0
 * caught-as: wrong-exit wrong-output
 */
#define BUG_NO_STATUS
#include "pipe/pipe-relay.c"
