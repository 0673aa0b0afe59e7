/*
 * name: pipe-pool-inherit
 * mechanism: pipe
 * bug: write end inherited by a sibling, so that the end of file never comes
 * about: three children, each behind two pipes, answer in turn; each closes the parent's
 *	ends of its own pipes and keeps those of its brothers, so the death of one is never seen
 * caught-as: deadlock hang
 */
#define BUG_INHERIT
#include "pipe/pipe-pool.c"
