/*
 * name: race-queue-if
 * mechanism: process
 * bug: takes a wake-up for what it was to tell: another was faster
 * about: race-queue-if: as race-queue, with an if for a while
 * caught-as: wrong-exit
 */
#define BUG_IF
#include "race-queue.c"
