/*
 * name: unix-dgram-logger-impatient
 * mechanism: unix-dgram
 * bug: a receiver that is not there for a moment is final
 * about: gives up at the first connect that fails
 * caught-as: wrong-exit
 */
#define BUG_IMPATIENT
#include "unix-dgram/unix-dgram-logger.c"
