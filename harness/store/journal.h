/*
 * journal.h - what is going to be changed, so that a server that dies in the middle of a change
 * leaves its successor enough to finish it.
 */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include <stdbool.h>

#include "layout.h"

/* Before the change, and when it is done. */
void journal_begin(struct store *store, enum request_kind kind, const char *key, const char *value);
void journal_end(struct store *store);

/* The change that was begun and not ended; NULL when there is none or it is not whole. */
const struct journal_entry *journal_pending(const struct store *store);

/* Whether the entries are whole and numbered in order. */
bool journal_check(const struct store *store);

#endif
