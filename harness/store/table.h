/*
 * table.h - keys and their values: a hash table whose entries lie in the heap.
 */
#ifndef STORE_TABLE_H
#define STORE_TABLE_H

#include <stdbool.h>

#include "layout.h"

/* The value, or NULL; it is there until the table is changed. */
const char *table_get(struct store *store, const char *key);

/* REPLY_OK or REPLY_FULL: then nothing has changed. */
enum reply_status table_set(struct store *store, const char *key, const char *value);

/* REPLY_OK or REPLY_NOT_FOUND. */
enum reply_status table_delete(struct store *store, const char *key);
void table_clear(struct store *store);

/* All entries, bucket by bucket; stops when @visit returns false. */
void table_each(struct store *store, bool (*visit)(void *ctx, const char *key, const char *value),
		void *ctx);

/* Whether every entry is in the bucket of its hash, and the count is right. */
bool table_check(struct store *store);

#endif
