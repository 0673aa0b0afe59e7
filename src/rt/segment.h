/*
 * segment.h - the control segment: what the runtime writes and the harness reads.
 *
 * A memfd of sizeof(struct segment) bytes, all zero but for the header, whose
 * number stands in the environment as SEGMENT_ENV.  Processes inherit it by
 * fork and exec and map it wherever there is room: it holds no pointers.
 *
 * A writer may be killed at any instruction, and a signal handler may write in
 * the middle of another write.  So a record is filled before anything refers
 * to it, and becomes visible by one compare-and-swap of the head of its chain;
 * what a dead process had only begun is an unused record, never a broken one.
 * Records never move, change their key or go away.  Index 0 of every table
 * means "none" and is not used.
 */
#ifndef RT_SEGMENT_H
#define RT_SEGMENT_H

#include <stdint.h>

#define SEGMENT_ENV	"IPCFAULT_RT_FD"
#define SEGMENT_MAGIC	0x69706366u /* "ipcf" */
#define SEGMENT_VERSION 3u

#define SEGMENT_PROCESSES 512u
#define SEGMENT_OBJECTS	  1024u
#define SEGMENT_MODULES	  256u
#define SEGMENT_ROWS	  (1u << 18)
#define SEGMENT_BUCKETS	  (1u << 16)
#define SEGMENT_WRITERS	  (1u << 16)
#define SEGMENT_PATH	  232u

enum segment_flag {
	SEGMENT_GLOBALS = 1, /* count the program's own variables too, for those of handlers */
	SEGMENT_YIELD = 2,   /* let others run in front of stores, and of reads that wait */
};

enum segment_object_kind {
	SEGMENT_FILE = 1,  /* a mapped file, POSIX or memfd segment: st_dev, st_ino */
	SEGMENT_SYSV,	   /* shmat(): 0, the id */
	SEGMENT_ANONYMOUS, /* 0, the process that made it << 32 | its how manieth */
	SEGMENT_VARIABLES, /* .data and .bss of a program, by address at link time: st_dev, st_ino
			    */
};

enum segment_access_kind {
	SEGMENT_PLAIN,
	SEGMENT_VOLATILE,
	SEGMENT_ATOMIC,
	SEGMENT_RANGE, /* a copied struct, memcpy(), and what gcc does not know to be aligned */
};

enum segment_row_flag {
	SEGMENT_WRITE = 1,
	SEGMENT_IN_HANDLER = 2, /* a signal handler was running in this thread */
};

/* The same thing shared under any address, by any process. */
struct segment_object {
	uint64_t dev, id;
	uint32_t kind; /* enum segment_object_kind; the key ends here */
	uint32_t next;
	char path[SEGMENT_PATH]; /* "" = has none */
};

/* A program or a shared library that has made accesses. */
struct segment_module {
	uint64_t dev, ino; /* the key */
	uint32_t next, unused;
	char path[SEGMENT_PATH];
};

struct segment_process {
	int32_t pid, parent; /* pid is written last */
	uint32_t module;     /* its program */
	uint32_t unused;
};

struct segment_key {
	uint64_t offset; /* into the object */
	uint64_t place;	 /* of the access: return address as in the file of the module */
	uint32_t object, module;
	uint32_t size; /* bytes */
	uint16_t process;
	uint8_t kind;  /* enum segment_access_kind */
	uint8_t flags; /* enum segment_row_flag */
};

struct segment_row {
	struct segment_key key;
	uint64_t first; /* numbers the rows by their first access, over all processes, from 1 */
	uint64_t count;
	/*
	 * Reads: how often another value was there than this thread had last read there.
	 * Stores: how often another process, or a handler and the main flow, saw so what was
	 * stored here.
	 */
	uint64_t changed;
	/* Of a read: where it was in the process, and what was there the last time. */
	uint64_t address, value;
	/* Of a process that was found stuck, by the harness: what was there then. */
	uint64_t now;
	uint32_t next;
	uint32_t is_stale; /* that was something else than it has read */
};

struct segment {
	uint32_t magic, version;
	uint32_t flags; /* enum segment_flag */
	uint32_t unused;
	uint64_t clock;	   /* the last `first` */
	uint64_t lost;	   /* accesses that are not counted, as a table is full */
	uint32_t unplaced; /* shared mappings that are not followed: at a fixed address, no room */
	uint32_t processes_used, objects_used, modules_used, rows_used;
	uint32_t objects_head, modules_head; /* chains */
	uint32_t buckets[SEGMENT_BUCKETS];   /* chains of rows */
	uint32_t writers[SEGMENT_WRITERS];   /* the last row that has written a word, by hash */
	struct segment_process processes[SEGMENT_PROCESSES];
	struct segment_object objects[SEGMENT_OBJECTS];
	struct segment_module modules[SEGMENT_MODULES];
	struct segment_row rows[SEGMENT_ROWS];
};

#endif
