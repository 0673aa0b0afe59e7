/*
 * name: signal-nested-unmasked
 * mechanism: signal
 * bug: handler hit by another handler
 * about: writes lines and keeps a log of the signals that came; the handler of one can be
 *	interrupted by the other, and then one of the two is forgotten
 * caught-as: wrong-output
 */
#define BUG_UNMASKED
#include "signal/signal-nested.c"
