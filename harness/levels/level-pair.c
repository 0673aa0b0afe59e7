/*
 * name: level-pair
 * mechanism: mmap
 * bug: none
 * about: level-pair writer|reader FILE: a table of keys and values of 8 bytes each; what has a
 *	key has a value
 */
/* A twin with a bug includes this file: level-pair-torn. */
#include <stdatomic.h>
#include <stdint.h>

#include "level.h"

#define ENTRIES 4

#ifdef BUG_TORN
struct entry {
	uint64_t key; /* 0 = free */
	uint64_t value;
};

#define key_of(entry)	(*(const volatile uint64_t *)&(entry)->key)
#define value_of(entry) (*(const volatile uint64_t *)&(entry)->value)
#else
struct entry {
	_Atomic uint64_t key; /* 0 = free */
	uint64_t value;
};

#define key_of(entry)	atomic_load_explicit(&(entry)->key, memory_order_acquire)
#define value_of(entry) ((entry)->value)
#endif

WORK void put(struct entry *at, const struct entry *entry)
{
#ifdef BUG_TORN
	at->key = entry->key;
	at->value = entry->value;
#else
	at->value = entry->value;
	atomic_store_explicit(&at->key, entry->key, memory_order_release);
#endif
}

static int fill(struct entry *table)
{
	for (uint64_t i = 0; i < ENTRIES; i++) {
		struct entry entry = {i + 1, 7 * i + 7};

		put(&table[i], &entry);
	}
	return 0;
}

static int show(struct entry *table)
{
	unsigned broken = 0;

	for (int i = 0; i < ENTRIES; i++)
		if (key_of(&table[i]) && value_of(&table[i]) != 7 * key_of(&table[i]))
			broken++;
	printf("%u keys without their value\n", broken);
	return 0;
}

int main(int argc, char **argv)
{
	struct entry *table = map_object(argv[argc - 1], ENTRIES * sizeof(*table));

	return is_role(argc, argv, "reader") ? show(table) : fill(table);
}
