/*
 * name: unix-dgram-logger-again
 * mechanism: unix-dgram
 * bug: a message that is too long is tried for ever
 * about: sends again whatever the error was, also EMSGSIZE
 * caught-as: spin hang
 */
#define BUG_AGAIN
#include "unix-dgram/unix-dgram-logger.c"
