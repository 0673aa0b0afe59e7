/*
 * name: pipe-writer
 * mechanism: pipe
 * bug: none
 * about: writes records to standard output; when the reader has gone it says so and exits
 *	3
 */
#include <signal.h>

#include "lib/safe.h"
#include "lib/stream.h"

int main(int argc, char **argv)
{
	on_signal(SIGPIPE, SIG_IGN, 0);
	return stream_write(argc, argv, safe_write);
}
