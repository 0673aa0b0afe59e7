/*
 * name: race-order-early
 * mechanism: process
 * bug: starts a thread before what it uses is there
 * about: race-order-early: as race-order, with two lines exchanged
 * caught-as: crash
 */
#define BUG_EARLY
#include "race-order.c"
