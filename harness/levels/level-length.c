/*
 * name: level-length
 * mechanism: shm-posix
 * bug: none
 * about: level-length server|client NAME: the server copies a request out of memory that its
 *	client can write to at any time; the client makes it longer
 */
/* A twin with a bug includes this file: level-length-twice. */
#include <stdatomic.h>

#include "level.h"

#define SLOT_LEN 16

struct request {
#ifdef BUG_TWICE
	unsigned length;
#else
	atomic_uint length;
#endif
	char data[4 * SLOT_LEN];
};

static struct {
	char slots[4][SLOT_LEN];
} store;

WORK unsigned choose_slot(unsigned length)
{
	return length % 2;
}

static int take(struct request *request)
{
#ifdef BUG_TWICE
#define length request->length
#else
	unsigned length = atomic_load_explicit(&request->length, memory_order_acquire);
#endif
	unsigned slot;

	if (length > SLOT_LEN)
		return 1;
	slot = choose_slot(length);
	memcpy(store.slots[slot], request->data, length);
#undef length
	printf("slot %u: %.*s, the next one is %s\n", slot, SLOT_LEN, store.slots[slot],
	       store.slots[slot + 1][0] ? "overwritten" : "free");
	return 0;
}

int main(int argc, char **argv)
{
	struct request *request = map_object(argv[argc - 1], sizeof(*request));

	if (is_role(argc, argv, "client")) {
		request->length = 2 * SLOT_LEN;
		return 0;
	}
	memset(request->data, 'x', sizeof(request->data));
	request->length = SLOT_LEN - 2;
	return take(request);
}
