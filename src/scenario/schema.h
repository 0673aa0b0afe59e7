/*
 * schema.h - the tables of the language: which keys a mapping has, what each
 * one holds, and the function that reads it.
 *
 * From the same rows come the reader, the errors about unknown keys, the JSON
 * Schema for editors and the check of the manual page.  A new key is one row,
 * one function (often a common one of reader.h), a test and a line in the
 * manual.
 */
#ifndef SCENARIO_SCHEMA_H
#define SCENARIO_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vocab.h"
#include "model/scenario.h"
#include "scenario/node.h"

struct reader;
struct key_row;

#define TABLE_ROWS_MAX 64 /* for the bit mask of map_read() */

/*
 * What may stand as a value; only the schema and the manual need it.  Exactly
 * one of json, words, table, items, values, list and any is set.
 */
struct value_type {
	const char *name;	   /* of its definition in the schema; NULL = written in place */
	const char *json;	   /* a JSON Schema, as text */
	const struct vocab *words; /* one of these, those for later left out */
	const struct key_table *table;	 /* such a mapping */
	const struct value_type *items;	 /* a list of these */
	const struct value_type *values; /* a mapping from names to these */
	const struct vocab *keys;	 /* with `values`: the names; NULL = any */
	bool named;			 /* with `values`: they are names, see check_name() */
	bool only_one;			 /* with `values`: of exactly one name */
	const char *const *(*list)(size_t *ret_count); /* one of these words */
	const char *pattern;			       /* with `list`: or a text like this */
	const struct value_type *const *any;	       /* one of several, ends with NULL */
};

/*
 * Reads @value into @target, the struct of the mapping plus the row's offset.
 * Problems go into the reader.
 */
typedef void key_reader(struct reader *reader, const struct node *value, const struct key_row *row,
			void *target);

enum key_flag {
	KEY_REQUIRED = 1 << 0,
	KEY_LATER = 1 << 1, /* part of the language, refused as not available yet */
};

struct key_row {
	const char *name; /* NULL: the word @word of @words, with its summary and `later` */
	const struct vocab *words;
	int word;
	key_reader *read;
	size_t offset;
	const struct value_type *type;
	const char *summary;
	unsigned char group; /* keys of one group exclude each other; 0 = none, else from 1 */
	unsigned char flags;
};

struct key_group {
	const char *what; /* "trigger" */
	bool required;	  /* one of them must be there */
};

struct key_table {
	const char *name;  /* "process": its definition in the schema, its section in the manual */
	const char *owner; /* "a process": who needs the key */
	const char *noun;  /* "action": what an unknown key is; NULL = "key" of the owner */
	const struct key_row *rows;
	size_t count;
	const struct key_group *groups; /* groups[0] is group 1 */
	size_t group_count;
	bool partial; /* changes something that is complete: nothing is required */
	/*
	 * Keys that are no words of the language but names of processes; NULL =
	 * there are none.
	 */
	void (*read_process)(struct reader *reader, const struct node *key,
			     const struct node *value, int process, void *target);
	const struct value_type *process_type;
};

extern const struct key_table control_build_table;
extern const struct key_table scenario_table, channel_table, channel_options_table, mq_table,
	shm_table, process_table, replacement_table, stdin_table, stdio_table, start_table,
	start_after_table, place_table, fault_table, trigger_table, on_table, action_table,
	short_table, corrupt_table, expect_table, process_expect_table, match_table, control_table, schedule_table,
	build_table;

const char *key_name(const struct key_row *row);
const char *key_summary(const struct key_row *row);
bool key_is_later(const struct key_row *row);

/* All tables, the one of a whole scenario first. */
const struct key_table *const *schema_tables(size_t *ret_count);

/*
 * Read the mapping @node by @table into @target.  @owner is where a missing
 * key is reported.  Returns one bit for each row whose key was there.
 */
uint64_t map_read(struct reader *reader, const struct node *node, struct pos owner,
		  const struct key_table *table, void *target);

#endif
