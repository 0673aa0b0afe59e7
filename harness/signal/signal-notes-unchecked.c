/*
 * name: signal-notes-unchecked
 * mechanism: signal
 * bug: a full queue of signals is not noticed
 * about: takes every signal for queued, and waits for those that were not
 * caught-as: hang deadlock
 */
#define BUG_UNCHECKED
#include "signal/signal-notes.c"
