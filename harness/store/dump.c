#include "dump.h"

#include <stdio.h>

#include "heap.h"
#include "journal.h"
#include "lib/safe.h"
#include "request.h"
#include "ring.h"
#include "stats.h"
#include "table.h"

static bool show_entry(void *ctx, const char *key, const char *value)
{
	unsigned *count = ctx;

	++*count;
	printf("%s = %s\n", key, value);
	return true;
}

static void show_counters(const struct store *store)
{
	char text[VALUE_ROOM];

	stats_format(&store->counters, text, sizeof(text));
	printf("%u entries; %u of %u bytes are free; %s\n", store->table.entries,
	       store->heap.free_bytes, HEAP_SIZE, text);
}

int dump_run(struct store *store)
{
	const struct journal_entry *pending = journal_pending(store);
	bool good = heap_check(&store->heap);
	unsigned count = 0, in_use = ring_in_use(&store->ring);

	good &= table_check(store);
	good &= journal_check(store);
	if (good)
		table_each(store, show_entry, &count);
	show_counters(store);
	if (pending)
		printf("not finished: %s %s\n", request_name((enum request_kind)pending->kind),
		       pending->key);
	if (in_use)
		printf("%u slots are in use\n", in_use);
	return good ? 0 : STATUS_WRONG;
}
