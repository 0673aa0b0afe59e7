/*
 * name: eventfd-stream-one
 * mechanism: eventfd
 * bug: one event taken for each read (events coalesce)
 * about: takes one item for each read, and loses those whose events came with it
 * caught-as: deadlock hang
 */
#define BUG_ONE
#include "eventfd/eventfd-stream.c"
