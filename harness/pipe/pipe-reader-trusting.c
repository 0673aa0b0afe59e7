/*
 * name: pipe-reader-trusting
 * mechanism: pipe
 * bug: what a channel delivers taken for everything
 * about: counts what is lost and is content with what has come
 * caught-as: wrong-exit
 */
#include "lib/safe.h"
#include "lib/stream.h"

int main(int argc, char **argv)
{
	stream_read(argc, argv, safe_read);
	return 0;
}
