/*
 * layout.h - what lies in the shared memory of the store.
 *
 * One server changes table, heap, journal and counters; clients only touch the ring.  Nothing in
 * there is a pointer: each process maps the memory somewhere else.
 */
#ifndef STORE_LAYOUT_H
#define STORE_LAYOUT_H

#include <stdatomic.h>
#include <stdint.h>

#define STORE_MAGIC   0x45524f54 /* "TORE" */
#define STORE_VERSION 3

#define KEY_ROOM	32  /* with the 0 at the end */
#define VALUE_ROOM	200 /* likewise */
#define RING_SLOTS	16
#define BUCKETS		64
#define JOURNAL_ENTRIES 8
#define HEAP_SIZE	(32 * 1024)

/* A place in the heap, in bytes from its beginning; 0 = none. */
typedef uint32_t ref;

/*
 * Who may write to a slot is told by its state: the client when it is FREE, the server when it is
 * POSTED, the client again when it is ANSWERED.
 */
enum { SLOT_FREE, SLOT_POSTED, SLOT_ANSWERED };

#ifdef BUG_PLAIN
typedef unsigned slot_state;
#else
typedef atomic_uint slot_state;
#endif

enum request_kind {
	REQUEST_GET,
	REQUEST_SET,
	REQUEST_APPEND,
	REQUEST_ADD,
	REQUEST_DELETE,
	REQUEST_RENAME,
	REQUEST_COUNT,
	REQUEST_KEYS,
	REQUEST_CLEAR,
	REQUEST_STATS,
	REQUEST_QUIT,
	REQUEST_KINDS
};

enum reply_status { REPLY_OK, REPLY_NOT_FOUND, REPLY_FULL, REPLY_BAD, REPLY_TOO_LONG };

struct slot {
	slot_state state;
	uint32_t kind;	 /* enum request_kind */
	uint32_t status; /* enum reply_status */
	char key[KEY_ROOM];
	char value[VALUE_ROOM]; /* of the request, then of the reply */
};

struct ring {
	atomic_uint posted;  /* requests ever; the server sleeps on it */
	atomic_uint tickets; /* slots ever claimed */
	uint32_t served;     /* the server's own */
	struct slot slots[RING_SLOTS];
};

/* One entry of the table, in the heap. */
struct entry {
	ref next; /* in the same bucket */
	uint32_t hash;
	uint32_t value_room; /* bytes behind the key */
	char key[KEY_ROOM];
	char value[];
};

struct table {
	uint32_t entries;
	ref buckets[BUCKETS];
};

/* A piece of the heap, free or not; what is in it follows. */
struct piece {
	uint32_t size; /* with this header */
	uint32_t is_free;
};

struct heap {
	uint32_t pieces, free_pieces, free_bytes;
	_Alignas(16) unsigned char bytes[HEAP_SIZE];
};

struct journal_entry {
	uint64_t number; /* from 1; 0 = never used */
	uint32_t kind;
	uint32_t sum; /* of all that follows */
	char key[KEY_ROOM];
	char value[VALUE_ROOM];
};

struct journal {
	uint64_t written, applied; /* the same unless the server died in between */
	struct journal_entry entries[JOURNAL_ENTRIES];
};

struct counters {
	uint64_t requests[REQUEST_KINDS];
	uint64_t missed, failed, recovered;
};

struct store {
	uint32_t magic, version, size;
	uint32_t server; /* process id, 0 = none */
	struct ring ring;
	struct table table;
	struct journal journal;
	struct counters counters;
	struct heap heap;
};

#endif
