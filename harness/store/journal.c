#include "journal.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "lib/mapping.h"
#include "text.h"

static uint32_t sum_of(const struct journal_entry *entry)
{
	return checksum(entry->key, sizeof(*entry) - offsetof(struct journal_entry, key)) ^
	       entry->kind;
}

static const struct journal_entry *entry_of(const struct journal *journal, uint64_t number)
{
	return &journal->entries[number % JOURNAL_ENTRIES];
}

void journal_begin(struct store *store, enum request_kind kind, const char *key, const char *value)
{
	struct journal *journal = &store->journal;
	uint64_t number = journal->written + 1;
	struct journal_entry *entry = &journal->entries[number % JOURNAL_ENTRIES];

	memset(entry, 0, sizeof(*entry));
	entry->number = number;
	entry->kind = kind;
	text_copy(entry->key, KEY_ROOM, key);
	text_copy(entry->value, VALUE_ROOM, value);
	entry->sum = sum_of(entry);
	store_release(&journal->written, number);
}

void journal_end(struct store *store)
{
	store_release(&store->journal.applied, store->journal.written);
}

const struct journal_entry *journal_pending(const struct store *store)
{
	const struct journal *journal = &store->journal;
	uint64_t written = load_acquire(&journal->written);
	const struct journal_entry *entry = entry_of(journal, written);

	if (written == load_acquire(&journal->applied))
		return NULL;
	if (entry->number != written || entry->sum != sum_of(entry))
		return NULL;
	return entry;
}

bool journal_check(const struct store *store)
{
	const struct journal *journal = &store->journal;
	uint64_t first =
		journal->written < JOURNAL_ENTRIES ? 1 : journal->written - JOURNAL_ENTRIES + 1;

	if (journal->applied > journal->written) {
		fprintf(stderr, "journal: more is done than was begun\n");
		return false;
	}
	for (uint64_t number = first; number <= journal->written; number++) {
		const struct journal_entry *entry = entry_of(journal, number);

		if (entry->number != number || entry->sum != sum_of(entry)) {
			fprintf(stderr, "journal: entry %llu is damaged\n",
				(unsigned long long)number);
			return false;
		}
	}
	return true;
}
