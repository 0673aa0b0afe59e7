#include "server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heap.h"
#include "journal.h"
#include "lib/safe.h"
#include "request.h"
#include "ring.h"
#include "stats.h"
#include "table.h"
#include "text.h"

/* --- changes: what is in the journal can be done a second time ------------- */

static enum reply_status apply(struct store *store, enum request_kind kind, const char *key,
			       const char *value)
{
	switch (kind) {
	case REQUEST_SET:
		return table_set(store, key, value);
	case REQUEST_DELETE:
		table_delete(store, key);
		return REPLY_OK;
	case REQUEST_CLEAR:
		table_clear(store);
		return REPLY_OK;
	default:
		return REPLY_BAD;
	}
}

static enum reply_status change(struct store *store, enum request_kind kind, const char *key,
				const char *value)
{
	enum reply_status status;

	journal_begin(store, kind, key, value);
	status = apply(store, kind, key, value);
	journal_end(store);
	return status;
}

static void recover(struct store *store)
{
	const struct journal_entry *pending = journal_pending(store);

	if (pending) {
		apply(store, (enum request_kind)pending->kind, pending->key, pending->value);
		store->counters.recovered++;
		fprintf(stderr, "finished '%s %s' of the server before\n",
			request_name((enum request_kind)pending->kind), pending->key);
	}
	journal_end(store);
}

/* --- requests ---------------------------------------------------------------- */

static enum reply_status do_get(struct store *store, struct slot *slot)
{
	const char *value = table_get(store, slot->key);

	if (!value)
		return REPLY_NOT_FOUND;
	text_copy(slot->value, VALUE_ROOM, value);
	return REPLY_OK;
}

static enum reply_status do_set(struct store *store, struct slot *slot)
{
	return change(store, REQUEST_SET, slot->key, slot->value);
}

/* With the value as a whole in the journal, so that it is never appended twice. */
static enum reply_status do_append(struct store *store, struct slot *slot)
{
	const char *value = table_get(store, slot->key);
	char whole[VALUE_ROOM];

	text_copy(whole, sizeof(whole), value ? value : "");
	if (!text_append(whole, sizeof(whole), slot->value))
		return REPLY_TOO_LONG;
	return change(store, REQUEST_SET, slot->key, whole);
}

static enum reply_status do_add(struct store *store, struct slot *slot)
{
	const char *value = table_get(store, slot->key);
	long long number = 0, more;
	enum reply_status status;

	if (!text_to_number(slot->value, &more) || (value && !text_to_number(value, &number)))
		return REPLY_BAD;
	if (__builtin_add_overflow(number, more, &number))
		return REPLY_BAD;
	snprintf(slot->value, VALUE_ROOM, "%lld", number);
	status = change(store, REQUEST_SET, slot->key, slot->value);
	return status;
}

static enum reply_status do_delete(struct store *store, struct slot *slot)
{
	if (!table_get(store, slot->key))
		return REPLY_NOT_FOUND;
	return change(store, REQUEST_DELETE, slot->key, "");
}

/* Two changes: one that dies between them has both keys. */
static enum reply_status do_rename(struct store *store, struct slot *slot)
{
	const char *value = table_get(store, slot->key);
	enum reply_status status;
	char copy[VALUE_ROOM];

	if (!value)
		return REPLY_NOT_FOUND;
	if (strcmp(slot->key, slot->value) == 0)
		return REPLY_OK;
	text_copy(copy, sizeof(copy), value);
	status = change(store, REQUEST_SET, slot->value, copy);
	return status == REPLY_OK ? change(store, REQUEST_DELETE, slot->key, "") : status;
}

static enum reply_status do_count(struct store *store, struct slot *slot)
{
	snprintf(slot->value, VALUE_ROOM, "%u", store->table.entries);
	return REPLY_OK;
}

struct key_list {
	const char *keys[HEAP_SIZE / sizeof(struct entry)];
	size_t count;
};

static bool note_key(void *ctx, const char *key, const char *value)
{
	struct key_list *list = ctx;

	(void)value;
	list->keys[list->count++] = key;
	return list->count < sizeof(list->keys) / sizeof(list->keys[0]);
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum reply_status do_keys(struct store *store, struct slot *slot)
{
	struct key_list list = {.count = 0};

	table_each(store, note_key, &list);
	qsort(list.keys, list.count, sizeof(list.keys[0]), compare_keys);
	slot->value[0] = '\0';
	for (size_t i = 0; i < list.count; i++)
		if ((i && !text_append(slot->value, VALUE_ROOM, " ")) ||
		    !text_append(slot->value, VALUE_ROOM, list.keys[i]))
			return REPLY_TOO_LONG;
	return REPLY_OK;
}

static enum reply_status do_clear(struct store *store, struct slot *slot)
{
	(void)slot;
	return change(store, REQUEST_CLEAR, "", "");
}

static enum reply_status do_stats(struct store *store, struct slot *slot)
{
	stats_format(&store->counters, slot->value, VALUE_ROOM);
	return REPLY_OK;
}

static enum reply_status do_quit(struct store *store, struct slot *slot)
{
	(void)store;
	(void)slot;
	return REPLY_OK;
}

static enum reply_status (*const handlers[REQUEST_KINDS])(struct store *, struct slot *) = {
	[REQUEST_GET] = do_get,	    [REQUEST_SET] = do_set,	  [REQUEST_APPEND] = do_append,
	[REQUEST_ADD] = do_add,	    [REQUEST_DELETE] = do_delete, [REQUEST_RENAME] = do_rename,
	[REQUEST_COUNT] = do_count, [REQUEST_KEYS] = do_keys,	  [REQUEST_CLEAR] = do_clear,
	[REQUEST_STATS] = do_stats, [REQUEST_QUIT] = do_quit,
};

/* A client may write to its slot whenever it likes: work on a copy. */
static enum request_kind serve(struct store *store, struct slot *slot)
{
	struct slot copy = {.kind = slot->kind};
	enum reply_status status = REPLY_BAD;

	memcpy(copy.key, slot->key, KEY_ROOM - 1);
	memcpy(copy.value, slot->value, VALUE_ROOM - 1);
	if (copy.kind < REQUEST_KINDS)
		status = handlers[copy.kind](store, &copy);
	stats_count(&store->counters, (enum request_kind)copy.kind, status);
	if (status != REPLY_OK)
		text_copy(copy.value, VALUE_ROOM, reply_text(status));
	memcpy(slot->value, copy.value, VALUE_ROOM);
	slot->status = status;
	ring_answer(&store->ring, slot);
	return (enum request_kind)copy.kind;
}

static bool is_running(uint32_t pid)
{
	return pid && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

int server_run(struct store *store)
{
	if (is_running(store->server)) {
		fprintf(stderr, "process %u serves it already\n", store->server);
		return STATUS_WRONG;
	}
	store->server = (uint32_t)getpid();
	recover(store);
	while (serve(store, ring_take(&store->ring)) != REQUEST_QUIT)
		;
	store->server = 0;
	printf("%llu requests served\n", (unsigned long long)stats_total(&store->counters));
	return 0;
}
