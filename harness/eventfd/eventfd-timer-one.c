/*
 * name: eventfd-timer-one
 * mechanism: eventfd
 * bug: one tick counted for each read (timerfd)
 * about: its clock stays behind whenever it was late to read
 * caught-as: wrong-exit wrong-output
 */
#define BUG_ONE
#include "eventfd/eventfd-timer.c"
