/*
 * name: unix-dgram-logger-blocks
 * mechanism: unix-dgram
 * bug: a receiver that hangs blocks the sender for ever
 * about: sends without a time limit to a receiver whose queue holds a few messages only
 * caught-as: hang deadlock
 */
#define BUG_BLOCKS
#include "unix-dgram/unix-dgram-logger.c"
