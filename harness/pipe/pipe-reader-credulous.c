/*
 * name: pipe-reader-credulous
 * mechanism: pipe
 * bug: early end of file taken for the end
 * about: the stream has an end record, but any end of file satisfies it, also that of a
 *	dead writer
 * caught-as: wrong-exit
 */
#include "lib/safe.h"
#include "lib/stream.h"

int main(int argc, char **argv)
{
	return stream_read_anything(argc, argv, safe_read);
}
