/*
 * name: fifo-server-first-eof
 * mechanism: fifo
 * bug: reader exits at the first end of file
 * about: fifo-server-first-eof PATH: the end of one client is the end of the service; the
 *	next client finds nobody
 * caught-as: hang deadlock wrong-output
 */
#define BUG_FIRST_EOF
#include "fifo/fifo-server.c"
