/*
 * name: pipe-closer-retry
 * mechanism: pipe
 * bug: close retried after EINTR
 * about: one thread closes its pipe while another opens a journal, in rounds; the second
 *	close hits the journal, which has got the same number
 * caught-as: wrong-output wrong-exit
 */
#define BUG_RETRY
#include "pipe/pipe-closer.c"
