/*
 * name: stream-duplex-send-first
 * mechanism: unix-stream
 * bug: all requests sent before an answer is read
 * about: stream-duplex that relies on the size of buffers
 * caught-as: deadlock hang
 */
#define BUG_SEND_FIRST
#include "unix-stream/stream-duplex.c"
