/*
 * name: pipe-reader
 * mechanism: pipe
 * bug: none
 * about: reads records from standard input, checks them and prints the tally
 */
#include "lib/safe.h"
#include "lib/stream.h"

int main(int argc, char **argv)
{
	return stream_read(argc, argv, safe_read);
}
