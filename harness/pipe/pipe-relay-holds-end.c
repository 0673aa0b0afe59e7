/*
 * name: pipe-relay-holds-end
 * mechanism: pipe
 * bug: parent keeps the child's ends open
 * about: sends records to a child and collects the answers; it never closes the ends that
 *	it gave to the child, so it waits for a dead child for ever
 * caught-as: deadlock hang
 */
#define BUG_HOLDS_END
#include "pipe/pipe-relay.c"
