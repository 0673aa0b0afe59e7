/*
 * name: eventfd-stream-patient
 * mechanism: eventfd
 * bug: no time limit (a producer that hangs)
 * about: waits as long as it takes for events of a child that may hang
 * caught-as: deadlock hang
 */
#define BUG_PATIENT
#include "eventfd/eventfd-stream.c"
