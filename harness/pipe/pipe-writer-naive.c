/*
 * name: pipe-writer-naive
 * mechanism: pipe
 * bug: SIGPIPE not ignored
 * about: writes records to standard output; dies when the reader has gone, and reports
 *	nothing
 * caught-as: sigpipe
 */
#include "lib/safe.h"
#include "lib/stream.h"

int main(int argc, char **argv)
{
	return stream_write(argc, argv, safe_write);
}
