#include "table.h"

#include <stdio.h>
#include <string.h>

#include "heap.h"
#include "lib/mapping.h"
#include "text.h"

static uint32_t hash_of(const char *key)
{
	return checksum(key, strlen(key));
}

static struct entry *entry_at(struct store *store, ref place)
{
	return heap_at(&store->heap, place);
}

static ref *bucket_of(struct store *store, uint32_t hash)
{
	return &store->table.buckets[hash % BUCKETS];
}

/* The reference that leads to the entry; *it is 0 when there is none. */
static ref *find(struct store *store, const char *key)
{
	uint32_t hash = hash_of(key);
	ref *link = bucket_of(store, hash);

	while (*link) {
		struct entry *entry = entry_at(store, *link);

		if (entry->hash == hash && strcmp(entry->key, key) == 0)
			break;
		link = &entry->next;
	}
	return link;
}

const char *table_get(struct store *store, const char *key)
{
	ref place = *find(store, key);

	return place ? entry_at(store, place)->value : NULL;
}

static ref make_entry(struct store *store, const char *key, const char *value)
{
	size_t room = strlen(value) + 1;
	ref place = heap_alloc(&store->heap, sizeof(struct entry) + room);
	struct entry *entry = entry_at(store, place);

	if (!entry)
		return 0;
	entry->next = 0;
	entry->hash = hash_of(key);
	entry->value_room = (uint32_t)room;
	text_copy(entry->key, KEY_ROOM, key);
	memcpy(entry->value, value, room);
	return place;
}

/* The new entry takes the place of the old one in the chain. */
static void replace(struct store *store, ref *link, ref fresh)
{
	ref old = *link;

	if (old)
		entry_at(store, fresh)->next = entry_at(store, old)->next;
	else
		store->table.entries++;
	*link = fresh;
	heap_free(&store->heap, old);
}

enum reply_status table_set(struct store *store, const char *key, const char *value)
{
	ref *link = find(store, key);
	struct entry *entry = entry_at(store, *link);
	size_t room = strlen(value) + 1;
	ref fresh;

	if (entry && entry->value_room >= room) {
		memcpy(entry->value, value, room);
		return REPLY_OK;
	}
	fresh = make_entry(store, key, value);
	if (!fresh)
		return REPLY_FULL;
	replace(store, link, fresh);
	return REPLY_OK;
}

enum reply_status table_delete(struct store *store, const char *key)
{
	ref *link = find(store, key), place = *link;

	if (!place)
		return REPLY_NOT_FOUND;
	*link = entry_at(store, place)->next;
	store->table.entries--;
	heap_free(&store->heap, place);
	return REPLY_OK;
}

void table_clear(struct store *store)
{
	memset(&store->table, 0, sizeof(store->table));
	heap_init(&store->heap);
}

void table_each(struct store *store, bool (*visit)(void *ctx, const char *key, const char *value),
		void *ctx)
{
	for (unsigned i = 0; i < BUCKETS; i++) {
		ref place = store->table.buckets[i];

		while (place) {
			struct entry *entry = entry_at(store, place);

			place = entry->next;
			if (!visit(ctx, entry->key, entry->value))
				return;
		}
	}
}

static bool check_entry(const struct entry *entry, unsigned bucket)
{
	if (hash_of(entry->key) != entry->hash || entry->hash % BUCKETS != bucket) {
		fprintf(stderr, "table: '%s' is in the wrong bucket\n", entry->key);
		return false;
	}
	if (strlen(entry->value) >= entry->value_room) {
		fprintf(stderr, "table: the value of '%s' has no end\n", entry->key);
		return false;
	}
	return true;
}

bool table_check(struct store *store)
{
	uint32_t entries = 0;

	for (unsigned i = 0; i < BUCKETS; i++)
		for (ref place = store->table.buckets[i]; place;
		     place = entry_at(store, place)->next) {
			if (!check_entry(entry_at(store, place), i))
				return false;
			if (++entries > HEAP_SIZE / sizeof(struct entry)) {
				fprintf(stderr, "table: a chain without an end\n");
				return false;
			}
		}
	if (entries == store->table.entries)
		return true;
	fprintf(stderr, "table: %u entries, but %u are counted\n", entries, store->table.entries);
	return false;
}
