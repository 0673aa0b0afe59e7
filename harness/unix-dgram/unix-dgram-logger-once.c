/*
 * name: unix-dgram-logger-once
 * mechanism: unix-dgram
 * bug: ECONNREFUSED of a receiver that was restarted is final
 * about: connects once: when the receiver was restarted nothing is sent any more
 * caught-as: wrong-exit
 */
#define BUG_ONCE
#include "unix-dgram/unix-dgram-logger.c"
