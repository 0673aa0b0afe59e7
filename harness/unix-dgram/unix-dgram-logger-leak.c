/*
 * name: unix-dgram-logger-leak
 * mechanism: unix-dgram
 * bug: a descriptor lost at each new connection
 * about: forgets its old socket when it connects again
 * caught-as: leak wrong-exit
 */
#define BUG_LEAK
#include "unix-dgram/unix-dgram-logger.c"
