/*
 * name: unix-dgram-logd-stale
 * mechanism: unix-dgram
 * bug: the socket file of a run that was killed blocks the restart
 * about: binds its socket without looking whether the file there is a leftover
 * caught-as: wrong-exit wrong-output
 */
#define BUG_STALE
#include "unix-dgram/unix-dgram-logd.c"
